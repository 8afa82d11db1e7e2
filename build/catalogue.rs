//! Joins the tool catalogue: one JSON file per tool, in the order of `order.txt`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::json::compact;
use crate::tool;

/// The folder of the catalogue, relative to the root of the package.
pub(crate) const FOLDER: &str = "src/access/catalogue";

/// The file that names all tools, one per line, in the order in which `tools/list` returns them.
const ORDER: &str = "order.txt";

/// Reads the folder and joins its files with [`join`].
///
/// # Errors
/// All faults that were found, one per line, each with its file.
pub(crate) fn load(root: &Path) -> Result<String, Vec<String>> {
    let folder = root.join(FOLDER);
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .map_err(|error| vec![format!("{FOLDER}/{name}: cannot be read: {error}")])
    };
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| vec![format!("{FOLDER}: cannot be read: {error}")])?;
    let names: BTreeSet<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != ORDER && !name.starts_with('.'))
        .collect();
    let mut files = Vec::new();
    for name in names {
        files.push((read(&name)?, name));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(text, name)| (name.as_str(), text.as_str()))
        .collect();
    join(&read(ORDER)?, &files)
}

/// Joins `files` (name and text) in the given order into one JSON array without white space between its
/// tokens. The tools are otherwise kept as written.
///
/// # Errors
/// All faults that were found, one per line: the file, the line and column or the path of names in it, and what
/// is wrong.
pub(crate) fn join(order: &str, files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let mut faults = Vec::new();
    let mut tools = Vec::new();
    let mut listed = BTreeSet::new();
    for (index, name) in order.lines().enumerate() {
        let line = index + 1;
        let file = format!("{name}.json");
        if !listed.insert(name) {
            faults.push(format!("{FOLDER}/{ORDER}:{line}: `{name}` is listed twice"));
        } else if let Some((_, text)) = files.iter().find(|(known, _)| *known == file) {
            match tool::check(name, text) {
                Ok(()) => tools.push(compact(text)),
                Err(found) => {
                    faults.extend(found.iter().map(|fault| format!("{FOLDER}/{file}{fault}")));
                }
            }
        } else {
            faults.push(format!(
                "{FOLDER}/{ORDER}:{line}: there is no file `{file}` for `{name}`"
            ));
        }
    }
    for (file, _) in files {
        match file.strip_suffix(".json") {
            Some(name) if listed.contains(name) => {}
            Some(name) => faults.push(format!(
                "{FOLDER}/{file}: `{name}` is missing from {ORDER}: add a line at the place where `tools/list` is to return it"
            )),
            None => faults.push(format!(
                "{FOLDER}/{file}: only tools (NAME.json) and {ORDER} belong in this folder"
            )),
        }
    }
    if faults.is_empty() {
        Ok(format!("[{}]", tools.join(",")))
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: &str = include_str!("../src/access/catalogue/get_post.json");

    fn faults(order: &str, files: &[(&str, &str)]) -> Vec<String> {
        join(order, files).err().unwrap_or_default()
    }

    #[test]
    fn files_are_joined_in_the_given_order_without_white_space() {
        let other = TOOL.replace("get_post", "a_second");
        let files = [("a_second.json", other.as_str()), ("get_post.json", TOOL)];
        let joined = join("get_post\na_second\n", &files).unwrap();
        assert_eq!(joined, format!("[{},{}]", compact(TOOL), compact(&other)));
        assert!(joined.starts_with(r#"[{"name":"get_post","title":"#));
        let names: Vec<serde_json::Value> = serde_json::from_str(&joined).unwrap();
        assert_eq!(names[1]["name"], "a_second");
    }

    #[test]
    fn order_and_files_must_agree() {
        let file = ("get_post.json", TOOL);
        for (order, files, fault) in [
            (
                "",
                &[file][..],
                "get_post.json: `get_post` is missing from order.txt: add a line at the place where `tools/list` is to return it",
            ),
            (
                "get_post\nget_page\n",
                &[file],
                "order.txt:2: there is no file `get_page.json` for `get_page`",
            ),
            (
                "get_post\nget_post\n",
                &[file],
                "order.txt:2: `get_post` is listed twice",
            ),
            (
                "get_post\n",
                &[file, ("notes.md", "")],
                "notes.md: only tools (NAME.json) and order.txt belong in this folder",
            ),
        ] {
            assert_eq!(
                faults(order, files),
                [format!("src/access/catalogue/{fault}")]
            );
        }
    }

    #[test]
    fn all_faults_of_all_files_are_reported_at_once() {
        let broken = TOOL
            .replace("\"confirm\": false,", "\"confirm\": 0,")
            .replace("\"destructiveHint\": false,", "\"destructiveHint\": 0,");
        let found = faults("a\nb\n", &[("a.json", "{"), ("b.json", &broken)]);
        assert_eq!(found.len(), 4, "{found:#?}");
    }

    #[test]
    fn the_catalogue_of_this_package_is_valid() {
        let joined = load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(joined.starts_with(r#"[{"name":"get_site_info","#));
        assert!(!joined.contains('\n'));
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        let found = load(Path::new("/nonexistent")).unwrap_err();
        assert!(
            found[0].starts_with("src/access/catalogue: cannot be read: "),
            "{found:?}"
        );
    }
}

//! Test vectors shared by all languages: `tests/vectors/FORMAT/FOLDER/NAME.json`, one file for each case.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// Vectors by file name, without `.json`.
pub type Vectors = BTreeMap<String, Value>;

/// Expects that `folder` below `tests/vectors` contains exactly the vectors `made`. With `COUNTERSIGN_BLESS=1`, which is
/// for changes of a format, writes them first.
pub fn same_as_files(folder: &str, made: &Vectors) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder);
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, value) in made {
            std::fs::write(folder.join(format!("{name}.json")), text(value)).unwrap();
        }
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(
        files,
        made.len(),
        "a file without a vector, or two vectors with one name"
    );
    for (name, value) in made {
        let file = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        assert!(file == text(value), "{name} differs: the format changed");
    }
}

//! `tests/vectors/FORMAT/FOLDER/NAME.json`: one file per way to be right or wrong, for every language.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// By file name.
pub type Vectors = BTreeMap<String, Value>;

/// That `folder` below `tests/vectors` holds exactly what was `made`, no file more and none less. With
/// `COUNTERSIGN_BLESS=1`, which is for changes of a format, it is written anew.
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
    assert_eq!(files, made.len(), "files of no vector, or two of one name");
    for (name, value) in made {
        let file = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        assert!(file == text(value), "{name} differs: the format changed");
    }
}

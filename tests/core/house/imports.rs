//! The imports between files, and their rules: there is no circle, and no room imports a room above it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::{Crates, Segments, Target};

/// The files that each file imports. The value of an imported file is one of the paths by which it is imported.
pub type Imports = BTreeMap<String, BTreeMap<String, Segments>>;

pub fn imports(crates: &Crates) -> Imports {
    let mut imports = Imports::new();
    for (id, module) in crates.modules.iter().enumerate() {
        let imported = imports.entry(module.file.clone()).or_default();
        for path in &module.references {
            for target in crates.resolve(id, path) {
                let Target::Item(target) = target else {
                    continue;
                };
                let file = &crates.modules[target].file;
                if *file != module.file {
                    imported.entry(file.clone()).or_insert_with(|| path.clone());
                }
            }
        }
    }
    imports
}

/// Returns a sentence for each group of files that import each other in a circle, with a shortest circle in it.
pub fn circles(imports: &Imports) -> Vec<String> {
    let mut faults = Vec::new();
    let mut done = BTreeSet::new();
    for file in imports.keys() {
        if done.contains(file) {
            continue;
        }
        if let Some(circle) = shortest_circle(imports, file) {
            let group = group_of(imports, file);
            faults.push(format!(
                "{} files or rooms import each other in a circle: {}. Move the items that both sides need into a file below them.",
                group.len(),
                describe(imports, &circle)
            ));
            done.extend(group);
        }
    }
    faults
}

/// Returns a shortest path of imports from a file back to itself.
fn shortest_circle(imports: &Imports, start: &str) -> Option<Vec<String>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut way = vec![start.to_owned(), file.to_owned()];
                let mut at = file;
                while at != start {
                    at = before[at];
                    way.push(at.to_owned());
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next.as_str()) {
                before.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

/// Returns the files that can be reached from a file and from which the file can be reached.
fn group_of(imports: &Imports, file: &str) -> BTreeSet<String> {
    let there = reachable(imports, file);
    let back = |other: &String| reachable(imports, other).contains(file);
    there.into_iter().filter(back).collect()
}

fn reachable(imports: &Imports, file: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![file.to_owned()];
    while let Some(file) = open.pop() {
        for next in imports.get(&file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}

/// Returns a circle as text, with the path of each import.
fn describe(imports: &Imports, circle: &[String]) -> String {
    let mut text = circle[0].clone();
    for pair in circle.windows(2) {
        let path = imports[&pair[0]][&pair[1]].join("::");
        text += &format!(" → {} (`{path}`)", pair[1]);
    }
    text
}

/// The rooms of `src/` in levels. A room may import the rooms of its own level and of the levels before it.
const LEVELS: &[&[&str]] = &[
    // The shared vocabulary.
    &[
        "bytes", "calendar", "clock", "decision", "entropy", "http", "json", "network", "path",
        "reason", "secret", "words",
    ],
    &[
        "access",
        "action",
        "audit",
        "key_text",
        "keyring",
        "limit",
        "metering",
        "oauth",
        "policy",
        "record",
        "replay",
        "state_folder",
        "store",
        "token",
        "vault",
    ],
    &[
        "approval", "call", "pairing", "snapshot", "upload", "watchdog",
    ],
    &["door", "mcp", "selftest"],
    &["bin", "lib", "php", "wasm"],
];

/// Rooms that may import less than their level permits: only the shared vocabulary and the listed rooms.
const NARROWER: &[(&str, &[&str])] = &[
    // The rules of limits do not depend on a store, so that they can be tested without one.
    ("limit", &[]),
    ("state_folder", &[]),
    ("store", &["limit", "state_folder"]),
    (
        "call",
        &[
            "access", "audit", "keyring", "limit", "record", "replay", "store", "token",
        ],
    ),
];

/// Returns the room of a file: `audit` for `src/audit/file/csv.rs`, and `bytes` for `src/bytes.rs`.
fn room_of(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn level_of(room: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&room))
}

/// Returns a sentence for each import of a room that the importing room must not import.
pub fn upward_imports(imports: &Imports) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, imported) in imports {
        let room = room_of(file);
        let Some(level) = level_of(room) else {
            faults.push(format!(
                "{file}: the room `{room}` has no level: add it to LEVELS in tests/core/house/imports.rs"
            ));
            continue;
        };
        let narrower = NARROWER.iter().find(|(name, _)| *name == room);
        for (other, path) in imported {
            let other_room = room_of(other);
            let other_level = level_of(other_room).unwrap_or(0);
            let allowed = other_level <= level
                && narrower.is_none_or(|(_, rooms)| {
                    other_room == room || other_level == 0 || rooms.contains(&other_room)
                });
            if !allowed {
                faults.push(format!(
                    "{file} imports `{}` of {other}: `{room}` must not import `{other_room}`",
                    path.join("::")
                ));
            }
        }
    }
    faults
}

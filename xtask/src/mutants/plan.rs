//! The files that are mutated, and the tests that are run on their mutants.

use std::path::Path;

/// A module of the core that mutation testing covers.
struct Module {
    name: &'static str,
    /// The folders and files of `tests/core` that test it.
    tests: &'static [&'static str],
    /// Parts of the names of the tests to run in them; all if empty. The module's unit tests are always run.
    filters: &'static [&'static str],
    /// Parts of the names of tests that take seconds.
    slow_tests: &'static [&'static str],
}

/// Tests that start processes are too slow to run on every mutant.
const PROCESSES: &str = "process";

const MODULES: &[Module] = &[
    module("token", &["token"], &[]),
    module(
        "action",
        &["action"],
        &["accepted_once_within_its_time", PROCESSES],
    ),
    module("vault", &["vault", "wycheproof"], &[]),
    Module {
        filters: &["store::conformance::"],
        ..module("replay", &["store"], &[])
    },
    Module {
        filters: &["store::conformance::"],
        ..module(
            "limit",
            &["store"],
            &["a_hundred_thousand_random_schedules"],
        )
    },
    module("policy", &["policy"], &[]),
    module(
        "audit",
        &["audit"],
        &[
            "lines_across_chunks_are_verified",
            "every_changed_or_missing_byte",
            "line_over_the_longest_length",
            "stretches_and_records",
            "long_input_is_read",
            "largest_entry",
            "agree_with_the_recursive",
        ],
    ),
    module("oauth", &["oauth"], &[]),
    module("access", &[], &[]),
    module("call", &[], &[]),
];

const fn module(
    name: &'static str,
    tests: &'static [&'static str],
    slow_tests: &'static [&'static str],
) -> Module {
    Module {
        name,
        tests,
        filters: &[],
        slow_tests,
    }
}

/// One run of cargo-mutants.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// The name of the folder with its results.
    pub name: String,
    pub module: &'static str,
    /// The files to mutate.
    pub pattern: String,
    pub tests: &'static [&'static str],
    /// Parts of the names of the tests to run.
    pub filters: Vec<String>,
    pub slow_tests: &'static [&'static str],
}

/// Returns the jobs for the modules and files named, or for every module.
pub fn jobs(root: &Path, chosen: &[String]) -> Result<Vec<Job>, String> {
    if chosen.is_empty() {
        return MODULES
            .iter()
            .map(|module| job(root, module.name))
            .collect();
    }
    chosen.iter().map(|what| job(root, what)).collect()
}

fn job(root: &Path, what: &str) -> Result<Job, String> {
    let inside = what.strip_prefix("src/").unwrap_or(what);
    let first = inside.split('/').next().unwrap_or(inside);
    let name = first.strip_suffix(".rs").unwrap_or(first);
    let module = MODULES.iter().find(|module| module.name == name);
    let Some(module) = module else {
        let known: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
        return Err(format!("unknown module '{what}' ({})", known.join(", ")));
    };
    let mut results = name.to_owned();
    let pattern = if what.ends_with(".rs") {
        if !root.join(what).is_file() {
            return Err(format!("there is no file '{what}'"));
        }
        // Files in different folders may have the same name, so the results are named after the path.
        let rest = inside.strip_prefix(name).unwrap_or_default();
        results += &rest.trim_end_matches(".rs").replace('/', "-");
        what.to_owned()
    } else if root.join("src").join(name).is_dir() {
        format!("src/{name}/**")
    } else {
        format!("src/{name}.rs")
    };
    let mut filters = vec![format!("{name}::")];
    filters.extend(module.filters.iter().map(|filter| (*filter).to_owned()));
    if module.filters.is_empty() {
        filters.extend(
            module
                .tests
                .iter()
                .map(|test| format!("core_tests::{test}::")),
        );
    }
    Ok(Job {
        name: results,
        module: module.name,
        pattern,
        tests: module.tests,
        filters,
        slow_tests: module.slow_tests,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::gather::rust_files;
    use super::*;

    fn project() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn one(what: &str) -> Result<Job, String> {
        jobs(project(), &[what.to_owned()]).map(|mut jobs| jobs.remove(0))
    }

    #[test]
    fn every_module_and_its_tests_exist() {
        for module in MODULES {
            let source = project().join("src").join(module.name);
            assert!(
                source.is_dir() || source.with_extension("rs").is_file(),
                "{}",
                module.name
            );
            for test in module.tests {
                let test = project().join("tests/core").join(test);
                assert!(
                    test.is_dir() || test.with_extension("rs").is_file(),
                    "{test:?}"
                );
            }
        }
        assert_eq!(jobs(project(), &[]).unwrap().len(), MODULES.len());
    }

    #[test]
    fn every_slow_test_exists() {
        for module in MODULES {
            let mut text = String::new();
            for (folder, names) in [("src", &[module.name][..]), ("tests/core", module.tests)] {
                let folder = project().join(folder);
                for file in names
                    .iter()
                    .flat_map(|name| rust_files(&folder, name).unwrap())
                {
                    text += &fs::read_to_string(folder.join(file)).unwrap();
                }
            }
            for slow in module.slow_tests {
                let exists = text
                    .lines()
                    .filter_map(|line| line.trim_start().strip_prefix("fn ")?.split('(').next())
                    .any(|name| name.contains(slow));
                assert!(exists, "{}: no test is named {slow}", module.name);
            }
        }
    }

    #[test]
    fn every_excluded_mutant_is_in_a_file_that_exists() {
        let config = fs::read_to_string(project().join(".cargo/mutants.toml")).unwrap();
        let mut files = 0;
        for line in config.lines() {
            let Some(pattern) = line.trim().strip_prefix('\'') else {
                continue;
            };
            let (file, _) = pattern.split_once("\\.rs").unwrap();
            assert!(
                project().join(file).with_extension("rs").is_file(),
                "{file}"
            );
            files += 1;
        }
        assert!(files > 5);
    }

    #[test]
    fn a_module_is_named_with_or_without_its_folder() {
        let by_name = one("audit").unwrap();
        assert_eq!(
            (by_name.name.as_str(), by_name.pattern.as_str()),
            ("audit", "src/audit/**")
        );
        assert_eq!(by_name.filters, ["audit::", "core_tests::audit::"]);
        assert_eq!(one("src/audit").unwrap(), by_name);
        assert_eq!(one("replay").unwrap().pattern, "src/replay.rs");
        assert_eq!(
            one("limit").unwrap().filters,
            ["limit::", "store::conformance::"]
        );
    }

    #[test]
    fn a_file_is_a_job_of_its_own() {
        let job = one("src/audit/tree.rs").unwrap();
        assert_eq!(
            (job.name.as_str(), job.pattern.as_str()),
            ("audit-tree", "src/audit/tree.rs")
        );
        assert_eq!(job.module, "audit");
        assert_eq!(one("src/replay.rs").unwrap().name, "replay");
    }

    #[test]
    fn an_unknown_module_and_a_missing_file_are_refused() {
        assert!(
            one("nothing")
                .unwrap_err()
                .contains("unknown module 'nothing' (token, ")
        );
        assert!(one("src/audit/nothing.rs").unwrap_err().contains("no file"));
    }
}

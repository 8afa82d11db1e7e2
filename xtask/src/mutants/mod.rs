//! Mutation testing: changes the core in one place at a time and expects a test to fail.
//!
//! ```text
//! cargo xtask mutants [MODULE|FILE]... [-- CARGO-MUTANTS OPTION...]      (default: every module)
//! ```
//!
//! `FILE` is a source file of one of the modules, such as `src/audit/tree.rs`. With `COPY=2` in the environment the
//! work is done in a second copy of the source, so that two runs can work at the same time. Results are in
//! `.cache/mutants/results`. Mutants that no test can notice are excluded in `.cargo/mutants.toml`, each with a reason.

mod gather;
mod plan;
mod tool;
mod tree;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Instant;

use crate::Outcome;
use plan::Job;
use tool::Counts;
use tree::Tree;

/// Tests the modules or files named by the arguments; `Ok(false)` if a mutant survived.
pub fn run(arguments: &[String]) -> Outcome {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().ok_or("xtask has no parent folder")?;
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let chosen = parts.next().unwrap_or_default();
    let options = parts.next().unwrap_or_default();
    let jobs = plan::jobs(root, chosen)?;

    tool::install(root)?;
    let cache = root.join(".cache/mutants");
    fs::create_dir_all(cache.join("results"))?;
    let copy = format!("tree{}", std::env::var("COPY").unwrap_or_default());
    let lock = File::create(cache.join(format!("{copy}.lock")))?;
    lock.try_lock()
        .map_err(|_| "another run is using this copy of the source")?;

    let tree = Tree::new(root, &cache.join(copy));
    let mut all_noticed = true;
    for job in &jobs {
        all_noticed &= test(&tree, job, options)?;
    }
    Ok(all_noticed)
}

/// Tests the mutants of one job and reports; `Ok(false)` if one survived.
fn test(tree: &Tree, job: &Job, options: &[String]) -> Outcome {
    let began = Instant::now();
    tree.update()?;
    gather::into_one_program(tree, job)?;
    let results = tree.root.join(".cache/mutants/results").join(&job.name);
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    fs::create_dir_all(&results)?;

    // Slow tests are run only on the mutants that survive all others.
    tool::cargo_mutants(tree, job, &results, options, false)?;
    let mut counts = Counts::read(&results)?;
    if !job.slow_tests.is_empty() && !counts.survived.is_empty() {
        let before = counts.caught;
        tool::cargo_mutants(tree, job, &results, options, true)?;
        counts = Counts::read(&results)?;
        counts.caught += before;
    }
    println!(
        "  {}: {counts} ({:.1} s)",
        job.name,
        began.elapsed().as_secs_f32()
    );
    for mutant in &counts.survived {
        println!("    {mutant}");
    }
    Ok(counts.survived.is_empty())
}

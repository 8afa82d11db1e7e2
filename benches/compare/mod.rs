//! Compares the times of functions.

use std::time::Instant;

const ROUNDS: usize = 300;

/// Returns the nanoseconds for one call of each function: the median over rounds in which all take turns, so that a
/// disturbance affects all of them alike. In a round each function is called `runs` times.
pub(crate) fn compare(runs: u32, works: &mut [(&str, &mut dyn FnMut())]) -> Vec<f64> {
    let mut took = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for ((_, work), took) in works.iter_mut().zip(&mut took) {
            let start = Instant::now();
            for _ in 0..runs {
                work();
            }
            took.push(start.elapsed().as_nanos() as f64 / f64::from(runs));
        }
    }
    let medians: Vec<f64> = took
        .iter_mut()
        .map(|took| {
            took.sort_by(f64::total_cmp);
            took[took.len() / 2]
        })
        .collect();
    for ((name, _), median) in works.iter().zip(&medians) {
        println!("{name:44} {median:8.0} ns");
    }
    medians
}

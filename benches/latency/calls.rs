//! A call goes in; the distribution of its time over a million calls comes out.

use super::support::timing::Time;
use super::{allocations, clock};

const CALLS: usize = 1_000_000;

/// Median and least, in nanoseconds; then the tail, its ratio to the median, allocations in a call, and what reading the clock takes.
pub fn time(call: &mut dyn FnMut(usize)) -> (Time, Vec<(String, f64)>) {
    let tick = clock::nanoseconds();
    let mut ticks = vec![0; CALLS];
    for i in 0..CALLS / 100 {
        call(i);
    }
    let allocated = allocations::count();
    for (i, ticks) in ticks.iter_mut().enumerate() {
        let start = clock::ticks();
        call(i);
        *ticks = clock::ticks() - start;
    }
    let allocated = allocations::count() - allocated;
    let mut clocks = vec![0; CALLS / 100];
    for ticks in &mut clocks {
        let start = clock::ticks();
        *ticks = clock::ticks() - start;
    }
    ticks.sort_unstable();
    clocks.sort_unstable();
    let share = |share: f64| tick * ticks[((CALLS as f64 * share) as usize).min(CALLS - 1)] as f64;
    let time = Time {
        median: share(0.5),
        least: share(0.0),
    };
    let more = [
        ("p99", share(0.99)),
        ("p99.9", share(0.999)),
        ("p99.9/median", share(0.999) / time.median),
        ("allocations", allocated as f64 / CALLS as f64),
        ("clock", tick * clocks[clocks.len() / 2] as f64),
    ];
    (
        time,
        more.map(|(name, figure)| (name.to_owned(), figure))
            .to_vec(),
    )
}

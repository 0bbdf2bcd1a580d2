//! A pass over some work goes in, the median and the least time of several passes come out.

use std::time::{Duration, Instant};

/// Passes that are timed at least.
const PASSES: usize = 9;
/// Passes that are timed at most: so many that short ones take all the time there is, and some are not disturbed.
const MOST_PASSES: usize = 600;
/// What is timed at once takes at least so long: a thousand times what reading the clock does.
const LEAST: Duration = Duration::from_micros(200);
/// What all passes take, unless the least number of them takes longer.
const ALL: Duration = Duration::from_millis(120);

/// Nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// The median of the passes.
    pub median: f64,
    /// The least of them.
    pub least: f64,
}

/// Times passes over `count` pieces of work; the times are those of one piece.
pub fn time(count: usize, pass: &mut dyn FnMut()) -> Time {
    let once = repeat(pass, 1).max(Duration::from_nanos(20));
    let again = repeat(pass, 1).clamp(Duration::from_nanos(20), once);
    let repetitions = LEAST.as_nanos().div_ceil(again.as_nanos()).max(1) as usize;
    let whole = again * repetitions as u32;
    let fitting = (ALL.as_nanos() / whole.as_nanos()) as usize;
    let pieces = (repetitions * count.max(1)) as f64;
    let mut times: Vec<f64> = (0..fitting.clamp(PASSES, MOST_PASSES))
        .map(|_| repeat(pass, repetitions).as_nanos() as f64 / pieces)
        .collect();
    times.sort_by(f64::total_cmp);
    Time {
        median: times[times.len() / 2],
        least: times[0],
    }
}

fn repeat(pass: &mut dyn FnMut(), repetitions: usize) -> Duration {
    let start = Instant::now();
    for _ in 0..repetitions {
        pass();
    }
    start.elapsed()
}

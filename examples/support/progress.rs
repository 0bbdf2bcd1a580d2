//! A line on the terminal that says how far an optimiser is.

use derive_network::optimise::argmin::core::observers::Observe;
use derive_network::optimise::argmin::core::{Error, KV, State};
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// How many characters the bar has.
const WIDTH: usize = 30;
/// How often the line is written anew.
const PERIOD: Duration = Duration::from_millis(200);

/// An observer for argmin's executor, of one round of several.
pub struct Progress {
    start: Instant,
    before: u64,
    total: u64,
    shown: Option<Instant>,
}

impl Progress {
    /// The progress of a run that has begun then, of a total of iterations, of which some were done before this round.
    pub const fn new(start: Instant, before: u64, total: u64) -> Self {
        Self {
            start,
            before,
            total,
            shown: None,
        }
    }
}

impl<I: State<Float = f64>> Observe<I> for Progress {
    fn observe_iter(&mut self, state: &I, _: &KV) -> Result<(), Error> {
        let terminal = stderr().is_terminal();
        if !terminal || self.shown.is_some_and(|shown| shown.elapsed() < PERIOD) {
            return Ok(());
        }
        self.shown = Some(Instant::now());
        let done = self.before + state.get_iter();
        let filled = WIDTH * usize::try_from(done)? / usize::try_from(self.total.max(1))?;
        let bar: String = (0..WIDTH)
            .map(|place| if place < filled { '#' } else { '.' })
            .collect();
        let (cost, seconds) = (state.get_best_cost(), self.start.elapsed().as_secs_f64());
        write!(
            stderr(),
            "\r[{bar}] {done:>6}/{}  loss {cost:.3e}  {seconds:.0} s ",
            self.total
        )?;
        Ok(stderr().flush()?)
    }

    fn observe_final(&mut self, _: &I) -> Result<(), Error> {
        if self.shown.take().is_some() {
            // The line is wiped: what follows on standard output says the same.
            write!(stderr(), "\r{:78}\r", "")?;
        }
        Ok(())
    }
}

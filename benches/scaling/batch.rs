//! One to 100,000 points in a call.

use crate::measure_requests;
use crate::support::networks::Fnn;
use crate::support::session::Session;

const BATCHES: [usize; 11] = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];

pub fn measure(session: &mut Session) {
    for batch in BATCHES {
        measure_requests!(session, format!("batch={batch}"), Fnn, 2, batch);
    }
}

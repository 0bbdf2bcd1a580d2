//! How long does one call take, and the slowest of a thousand? Each of a million calls is timed by itself; none may allocate.
//!
//! `cargo bench --bench latency -- [fnn] [value] [--lanes avx2] [--processes 10] [--json]`

#[path = "../support/mod.rs"]
mod support;

mod allocations;
mod calls;
mod clock;

use std::hint::black_box;

use derive_network::with_lanes;
use derive_network_compiler::model::RequestKind;

use support::count::{Ask, count};
use support::data::{points, with_biases};
use support::networks::{Fnn, Small};
use support::session::{Case, Session};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// Points that are taken in turn.
const POINTS: usize = 1024;

fn main() {
    support::session::run(&[("fnn", fnn), ("value", value)]);
}

fn fnn(session: &mut Session) {
    let case = Case::new("latency", "2-20-20-20-1", "hessian").single(POINTS);
    let counts = count::<Fnn>(Ask::Output(RequestKind::Hessian));
    let network = with_biases(Fnn::glorot_normal(7));
    let points = points(POINTS);
    for lanes in session.lanes() {
        let (time, tail) = with_lanes(lanes, || {
            calls::time(&mut |i| {
                black_box(network.hessian(black_box(&points[i % POINTS])));
            })
        });
        session.add::<Fnn>(&case, lanes, &counts, time, tail);
    }
}

fn value(session: &mut Session) {
    let case = Case::new("latency", "8-32-32-1", "value").single(POINTS);
    let counts = count::<Small>(Ask::Output(RequestKind::Value));
    let network = with_biases(Small::glorot_normal(7));
    let points = points(POINTS);
    for lanes in session.lanes() {
        let (time, tail) = with_lanes(lanes, || {
            calls::time(&mut |i| {
                black_box(network.value(black_box(&points[i % POINTS])));
            })
        });
        session.add::<Small>(&case, lanes, &counts, time, tail);
    }
}

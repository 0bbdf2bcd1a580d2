//! How does the time of a point grow with the width, the depth, the inputs and the batch, one at a time around 2-20-20-20-1?
//!
//! `cargo bench --bench scaling -- [width] [depth] [inputs] [batch] [--lanes avx2] [--processes 10] [--json]`

#[path = "../support/mod.rs"]
mod support;

mod batch;
mod depth;
mod inputs;
mod width;

/// Times gradient, Hessian and Laplacian of a network over a batch.
macro_rules! measure_requests {
    ($session:expr, $case:expr, $network:ident, $inputs:tt, $batch:expr) => {{
        let points = $crate::support::data::points::<f64, $inputs>($batch);
        $crate::measure_request!(
            $session,
            $case,
            $network,
            points,
            "gradient",
            Gradient,
            gradient_batch_with,
            [values, gradients]
        );
        $crate::measure_request!(
            $session,
            $case,
            $network,
            points,
            "laplacian",
            Laplacian,
            laplacian_batch_with,
            [values, gradients, laplacians]
        );
        $crate::measure_request!(
            $session,
            $case,
            $network,
            points,
            "hessian",
            Hessian,
            hessian_batch_with,
            [values, gradients, hessians]
        );
    }};
}
use measure_requests;

macro_rules! measure_request {
    ($session:expr, $case:expr, $network:ident, $points:expr, $what:literal, $kind:ident, $method:ident, [$($result:ident),+]) => {{
        let case = $crate::support::session::Case::new("scaling", $case, $what);
        let ask = $crate::support::count::Ask::Output(::derive_network_compiler::model::RequestKind::$kind);
        $crate::support::measure_batch!($session, case, ask, $network.$method, [$points] -> [$($result),+]);
    }};
}
use measure_request;

fn main() {
    support::session::run(&[
        ("width", width::measure),
        ("depth", depth::measure),
        ("inputs", inputs::measure),
        ("batch", batch::measure),
    ]);
}

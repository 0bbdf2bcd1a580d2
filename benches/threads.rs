//! How much faster are calls over many points on more threads? Serial calls, then the same over pools of one thread up to all
//! cores; prints one table.

use std::hint::black_box;
use std::time::Instant;

use derive_network::in_parallel;
use derive_network::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The network of `fnn`, with the derivatives in the parameters of its misfit.
#[derive_network(
    input(x: 2), output(u), given(target), derive(hessian, misfit(parameter_jacobian, gauss_newton)),
    define = { let misfit = u - target; },
    loss(fit = mean_square(misfit)),
)]
pub struct Fnn {
    hidden: [Dense<20, Sigmoid>; 3],
    output: Dense<1, Sigmoid>,
}

const BATCH: usize = 100_000;
/// Points of what grows with the number of parameters.
const ROWS: usize = 4_096;
const PASSES: usize = 15;

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pools: Vec<ThreadPool> = (0..=cores.ilog2())
        .filter_map(|power| {
            ThreadPoolBuilder::new()
                .num_threads(1 << power)
                .build()
                .ok()
        })
        .collect();
    let network = Fnn::glorot_uniform(7);
    let points: Vec<SVector<f64, 2>> = (0..BATCH)
        .map(|p| vector![(p as f64 * 0.7).sin(), (p as f64 * 1.3).cos()])
        .collect();
    let given: Vec<SVector<f64, 1>> = points.iter().map(|x| vector![x[0] * x[1]]).collect();
    let count = Fnn::PARAMETERS;
    let mut values = vec![0.0; BATCH];
    let mut gradients = vec![SVector::<f64, 2>::zeros(); BATCH];
    let mut hessians = vec![SMatrix::<f64, 2, 2>::zeros(); BATCH];
    let mut gradient = vec![0.0; count];
    let mut jacobian = vec![0.0; ROWS * count];
    let mut squares = vec![0.0; count * count];
    println!(
        "2-20-20-20-1, sigmoid, f64, {}; ns a point, median (least), and how many times faster than serial",
        Lanes::current()
    );
    measure(&pools, "Hessian", BATCH, || {
        let done = network.hessian_batch(&points, &mut values, &mut gradients, &mut hessians);
        black_box(done.is_ok());
    });
    measure(&pools, "loss and parameter gradient", BATCH, || {
        black_box(network.fit_gradient(&points, &given, &mut gradient).is_ok());
    });
    let (points, given) = (&points[..ROWS], &given[..ROWS]);
    measure(&pools, "Jacobian in the parameters", ROWS, || {
        let done = network.misfit_parameter_jacobian(points, given, &mut jacobian);
        black_box(done.is_ok());
    });
    measure(&pools, "Gauss-Newton's products", ROWS, || {
        let sum = network.misfit_gauss_newton(points, given, &mut gradient, &mut squares);
        black_box(sum.is_ok());
    });
}

/// Serial, then over each of the pools.
fn measure(pools: &[ThreadPool], what: &str, points: usize, mut pass: impl FnMut() + Send) {
    let (serial, line) = time(points, &mut pass);
    println!("{:<44} {line}", format!("{what} of {points}, serial"));
    for pool in pools {
        let (median, line) = time(points, || pool.install(|| in_parallel(&mut pass)));
        let threads = pool.current_num_threads();
        println!(
            "{:<44} {line} {:>8.2}",
            format!("{what} of {points}, threads: {threads}"),
            serial / median
        );
    }
}

/// Median and least time of a pass, in nanoseconds per point.
fn time(points: usize, mut pass: impl FnMut()) -> (f64, String) {
    pass();
    let mut times: Vec<f64> = (0..PASSES)
        .map(|_| {
            let start = Instant::now();
            pass();
            start.elapsed().as_nanos() as f64 / points as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[PASSES / 2];
    (median, format!("{median:8.0} ({:.0})", times[0]))
}

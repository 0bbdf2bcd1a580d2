//! Nanoseconds per argument, arguments and results in the first cache: of values, and of values with their first two derivatives as
//! generated code has them.

use std::hint::black_box;
use std::time::Instant;

use derive_network::elementary::{
    Elementary, error_function, exp, expm1, hyperbolic, logistic, normal, trigonometric,
};
use derive_network::lanes::Isa;
use derive_network::{Lanes, with_lanes};

use super::functions::{Function, Ln1p, Logarithm, evaluate};

functions! {
    Exp 1: |T, simd, v| [exp::<T, S>(simd, v)];
    Expm1 1: |T, simd, v| [expm1::<T, S>(simd, v)];
    Sigmoid 1: |T, simd, v| [logistic::<T, S>(simd, v).sigmoid];
    Softplus 1: |T, simd, v| [logistic::<T, S>(simd, v).softplus];
    Tanh 1: |T, simd, v| [hyperbolic::<T, S>(simd, v).tanh];
    LogCosh2 1: |T, simd, v| [hyperbolic::<T, S>(simd, v).log_cosh2];
    Sin 1: |T, simd, v| [trigonometric::<T, S>(simd, v).sin];
    Cos 1: |T, simd, v| [trigonometric::<T, S>(simd, v).cos];
    NormalCdf 1: |T, simd, v| [normal::<T, S>(simd, v).cdf];
    Erf 1: |T, simd, v| [error_function::<T, S>(simd, v).erf];
    SigmoidTower 3: |T, simd, v| {
        let g = logistic::<T, S>(simd, v);
        [g.sigmoid, g.slope, T::mul(simd, g.slope, g.skew)]
    };
    SoftplusTower 3: |T, simd, v| {
        let g = logistic::<T, S>(simd, v);
        [g.softplus, g.sigmoid, g.slope]
    };
    TanhTower 3: |T, simd, v| {
        let g = hyperbolic::<T, S>(simd, v);
        let twice = T::mul(simd, g.sech_squared, T::literal(simd, -2.0));
        [g.tanh, g.sech_squared, T::mul(simd, twice, g.tanh)]
    };
    LogCosh2Tower 3: |T, simd, v| {
        let g = hyperbolic::<T, S>(simd, v);
        [g.log_cosh2, g.tanh, g.sech_squared]
    };
    SinTower 3: |T, simd, v| {
        let g = trigonometric::<T, S>(simd, v);
        [g.sin, g.cos, T::neg(simd, g.sin)]
    };
    GeluTower 3: |T, simd, v| {
        let g = normal::<T, S>(simd, v);
        let square = T::mul(simd, v, v);
        [
            T::mul(simd, v, g.cdf),
            T::mul_add(simd, v, g.pdf, g.cdf),
            T::mul(simd, T::sub(simd, T::literal(simd, 2.0), square), g.pdf),
        ]
    };
    ErfTower 3: |T, simd, v| {
        let g = error_function::<T, S>(simd, v);
        let twice = T::mul(simd, v, T::literal(simd, -2.0));
        [g.erf, g.slope, T::mul(simd, twice, g.slope)]
    };
}

/// Arguments of a pass: with three results 16 KiB in `f64`.
const COUNT: usize = 512;
/// Numbers between two arrays. Arrays a page apart would make loads wait for stores to addresses that look the same.
const GAP: usize = 128 + 16;
/// Evaluations of all arguments between two readings of the clock.
const REPEATS: usize = 200;
/// Readings, of which the least counts: what is added by interruptions is not the functions'.
const PASSES: usize = 25;

/// One function on one instruction set, for `f64` and `f32`.
pub struct Row {
    pub name: &'static str,
    pub nanoseconds: Vec<(Lanes, [f64; 2])>,
}

/// Ordinary arguments, as pre-activations are: evenly spread over (-6, 6), or over (0, 12) for the logarithm.
fn arguments<T: Elementary>(positive: bool) -> Vec<T> {
    let shift = if positive { 0.0 } else { 6.0 };
    let golden = 0.618_033_988_749_894_9;
    (1..=COUNT)
        .map(|i| T::from_f64(12.0 * (i as f64 * golden).fract() - shift))
        .collect()
}

/// The memory as a copy of the arguments and a place for each result.
fn arrays<'a, T: Elementary, const N: usize>(
    memory: &'a mut [T],
    arguments: &[T],
) -> (&'a [T], [&'a mut [T]; N]) {
    let aligned = memory.as_ptr().align_offset(64);
    let (first, mut rest) = memory[aligned..].split_at_mut(COUNT + GAP);
    first[..COUNT].copy_from_slice(arguments);
    let results = std::array::from_fn(|_| {
        let (result, behind) = std::mem::take(&mut rest).split_at_mut(COUNT + GAP);
        rest = behind;
        &mut result[..COUNT]
    });
    (&first[..COUNT], results)
}

fn time<F: Function<N>, T: Elementary, const N: usize>(positive: bool) -> f64 {
    let arguments = arguments::<T>(positive);
    let mut memory = vec![T::ZERO; (N + 1) * (COUNT + GAP) + 64];
    let (arguments, mut results) = arrays(&mut memory, &arguments);
    let mut least = f64::INFINITY;
    for _ in 0..PASSES {
        let start = Instant::now();
        for _ in 0..REPEATS {
            evaluate::<F, T, N>(black_box(arguments), &mut results);
            black_box(&mut results);
        }
        least = least.min(start.elapsed().as_nanos() as f64);
    }
    least / (COUNT * REPEATS) as f64
}

fn row<F: Function<N>, const N: usize>(name: &'static str, positive: bool) -> Row {
    let on_lanes = |lanes| {
        let times = || [time::<F, f64, N>(positive), time::<F, f32, N>(positive)];
        (lanes, with_lanes(lanes, times))
    };
    Row {
        name,
        nanoseconds: Lanes::available().map(on_lanes).collect(),
    }
}

/// All functions, timed.
pub fn rows() -> Vec<Row> {
    vec![
        row::<Exp, 1>("exp", false),
        row::<Expm1, 1>("expm1", false),
        row::<Logarithm, 1>("ln", true),
        row::<Ln1p, 1>("ln_1p", true),
        row::<Sigmoid, 1>("sigmoid", false),
        row::<Softplus, 1>("softplus", false),
        row::<Tanh, 1>("tanh", false),
        row::<LogCosh2, 1>("ln(2 cosh)", false),
        row::<Sin, 1>("sin", false),
        row::<Cos, 1>("cos", false),
        row::<NormalCdf, 1>("normal cdf", false),
        row::<Erf, 1>("erf", false),
        row::<SigmoidTower, 3>("sigmoid, ', ''", false),
        row::<SoftplusTower, 3>("softplus, ', ''", false),
        row::<TanhTower, 3>("tanh, ', ''", false),
        row::<LogCosh2Tower, 3>("ln(2 cosh), ', ''", false),
        row::<SinTower, 3>("sin, ', ''", false),
        row::<GeluTower, 3>("gelu, ', ''", false),
        row::<ErfTower, 3>("erf, ', ''", false),
    ]
}

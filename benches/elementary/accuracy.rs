//! The largest errors, in units of the last place of the true value: `f64` against sums of two numbers at random arguments, `f32`
//! against `f64`, at every number or at random ones.

use derive_network::elementary::Elementary;
use derive_network::{Lanes, with_lanes};

use super::double_double::DoubleDouble;
use super::functions::*;

/// A family with its true values and the bounds that `docs/numerics.md` states, for each of its results.
pub trait Measured<const N: usize>: Function<N> {
    const RESULTS: [&'static str; N];
    const BOUNDS: [f64; N];
    /// Magnitudes of the arguments, as exponents of two, and whether they may be negative. Between them all results of `f64`, and
    /// the second parts of their truths, are normal numbers; what is below is for `runtime/src/elementary/tests`.
    const RANGE: (f64, f64, bool);
    /// Arguments of `f32` with the largest errors of a run over all of them, which a run over some would miss.
    const HARD: &'static [f32] = &[];
    /// None where 106 bits do not suffice.
    fn truth(v: f64) -> [Option<DoubleDouble>; N];
}

fn reciprocal(v: DoubleDouble) -> DoubleDouble {
    DoubleDouble::ONE / v
}

impl Measured<2> for Exponential {
    const RESULTS: [&'static str; 2] = ["exp", "expm1"];
    const BOUNDS: [f64; 2] = [1.25, 2.5];
    const RANGE: (f64, f64, bool) = (-60.0, 9.46, true);
    fn truth(v: f64) -> [Option<DoubleDouble>; 2] {
        let (exp, expm1) = DoubleDouble::from(v).exp_and_expm1();
        [Some(exp), Some(expm1)]
    }
}

impl Measured<1> for Logarithm {
    const RESULTS: [&'static str; 1] = ["ln"];
    const BOUNDS: [f64; 1] = [1.0];
    const RANGE: (f64, f64, bool) = (-1000.0, 1000.0, false);
    fn truth(v: f64) -> [Option<DoubleDouble>; 1] {
        [Some(DoubleDouble::from(v).ln())]
    }
}

impl Measured<1> for Ln1p {
    const RESULTS: [&'static str; 1] = ["ln_1p"];
    const BOUNDS: [f64; 1] = [1.5];
    const RANGE: (f64, f64, bool) = (-60.0, 300.0, false);
    fn truth(v: f64) -> [Option<DoubleDouble>; 1] {
        [Some(DoubleDouble::from(v).ln_1p())]
    }
}

impl Measured<4> for Logistic {
    const RESULTS: [&'static str; 4] = ["softplus", "sigmoid", "sigmoid'", "1 - 2 sigmoid"];
    const BOUNDS: [f64; 4] = [2.0, 2.5, 3.0, 3.5];
    const RANGE: (f64, f64, bool) = (-60.0, 9.38, true);
    fn truth(v: f64) -> [Option<DoubleDouble>; 4] {
        let low = DoubleDouble::from(-v.abs());
        let (t, minus_one) = low.exp_and_expm1();
        let larger = reciprocal(DoubleDouble::ONE + t);
        let skew = minus_one * larger;
        let ramp = DoubleDouble::from(v.max(0.0));
        [
            Some(ramp + t.ln_1p()),
            Some(if v < 0.0 { t * larger } else { larger }),
            Some(t * larger * larger),
            Some(if v < 0.0 { -skew } else { skew }),
        ]
    }
}

impl Measured<3> for Hyperbolic {
    const RESULTS: [&'static str; 3] = ["ln(2 cosh)", "tanh", "1/cosh²"];
    const BOUNDS: [f64; 3] = [2.0, 3.0, 3.0];
    const RANGE: (f64, f64, bool) = (-60.0, 8.38, true);
    fn truth(v: f64) -> [Option<DoubleDouble>; 3] {
        let low = DoubleDouble::from(-2.0 * v.abs());
        let (t, minus_one) = low.exp_and_expm1();
        let larger = reciprocal(DoubleDouble::ONE + t);
        let opposite = minus_one * larger;
        [
            Some(DoubleDouble::from(v.abs()) + t.ln_1p()),
            Some(if v < 0.0 { opposite } else { -opposite }),
            Some(t * larger * larger * 4.0),
        ]
    }
}

impl Measured<2> for Trigonometric {
    const RESULTS: [&'static str; 2] = ["sin", "cos"];
    const BOUNDS: [f64; 2] = [1.0; 2];
    const RANGE: (f64, f64, bool) = (-60.0, 15.0, true);
    fn truth(v: f64) -> [Option<DoubleDouble>; 2] {
        let (sine, cosine) = DoubleDouble::sin_cos(v);
        [Some(sine), Some(cosine)]
    }
}

impl Measured<2> for Normal {
    const RESULTS: [&'static str; 2] = ["normal distribution function", "normal density"];
    const BOUNDS: [f64; 2] = [4.6, 2.0];
    const RANGE: (f64, f64, bool) = (-60.0, 5.22, true);
    const HARD: &'static [f32] = &[-0.739_488_7];
    fn truth(v: f64) -> [Option<DoubleDouble>; 2] {
        // 1 / sqrt(2π).
        const PEAK: DoubleDouble = DoubleDouble(0.3989422804014327, -2.4923272022777435e-17);
        let v = DoubleDouble::from(v);
        [None, Some((v * v * -0.5).exp() * PEAK)]
    }
}

impl Measured<2> for ErrorFunction {
    const RESULTS: [&'static str; 2] = ["erf", "erf'"];
    const BOUNDS: [f64; 2] = [3.0, 2.0];
    const RANGE: (f64, f64, bool) = (-60.0, 4.72, true);
    const HARD: &'static [f32] = &[0.446_820_9];
    fn truth(v: f64) -> [Option<DoubleDouble>; 2] {
        let (erf, slope) = DoubleDouble::from(v).erf_and_slope();
        [Some(erf), Some(slope)]
    }
}

/// The largest error, and the argument that has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worst {
    pub ulps: f64,
    pub at: f64,
}

impl Worst {
    fn admit(&mut self, ulps: f64, at: f64) {
        if ulps > self.ulps || ulps.is_nan() {
            *self = Worst { ulps, at };
        }
    }
}

/// A result of a family in one scalar: its name, the bound, and the worst on each instruction set.
#[derive(Clone, Debug)]
pub struct Errors {
    pub name: &'static str,
    pub scalar: &'static str,
    pub bound: f64,
    pub worst: Vec<(Lanes, Worst)>,
}

/// A unit in the last place of a number with so many digits, the least of which is 2^`least`.
fn last_place(value: f64, digits: i32, least: i32) -> f64 {
    let exponent = ((value.abs().to_bits() >> 52) as i32 - 1022 - digits).max(least);
    // In two factors: it may be below the normal range of `f64`.
    2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
}

fn double_error(result: f64, truth: DoubleDouble) -> f64 {
    ((result - truth.0) - truth.1).abs() / last_place(truth.0, 53, -1074)
}

fn single_error(result: f32, truth: f64) -> f64 {
    if result as f64 == truth
        || (truth.is_infinite() || truth.abs() > f32::MAX as f64) && result.is_infinite()
    {
        return 0.0;
    }
    (result as f64 - truth).abs() / last_place(truth, 24, -149)
}

/// Numbers evenly spread over (0, 1): Weyl's sequence.
fn weyl(index: u64, step: u64) -> f64 {
    ((index + 1).wrapping_mul(step) >> 11) as f64 / (1u64 << 53) as f64
}

/// Arguments that fill the range of exponents evenly.
fn argument(index: u64, (low, high, signed): (f64, f64, bool)) -> f64 {
    let magnitude = (low + (high - low) * weyl(index, 0x9e37_79b9_7f4a_7c15)).exp2();
    // Half of them where activations are not yet linear or constant.
    let magnitude = if index.is_multiple_of(2) && high < 20.0 {
        high.min(6.0).exp2() * weyl(index, 0xd1b5_4a32_d192_ed03)
    } else {
        magnitude
    };
    if signed && index % 4 < 2 {
        -magnitude
    } else {
        magnitude
    }
}

/// As many as are evaluated at once: whole vectors of every instruction set.
const BLOCK: usize = 1024;

fn with_results<F: Function<N>, T: Elementary, const N: usize>(
    arguments: &[T; BLOCK],
    results: &mut [Vec<T>; N],
) {
    let mut slices = results.each_mut().map(|result| &mut result[..]);
    evaluate::<F, T, N>(arguments, &mut slices);
}

/// `f64` at so many arguments, on all lanes.
fn double<F: Measured<N>, const N: usize>(samples: u64) -> Vec<Errors> {
    let mut errors = no_errors::<F, N>("f64");
    let mut arguments = [0.0; BLOCK];
    let mut results = [const { Vec::new() }; N].map(|_: Vec<f64>| vec![0.0; BLOCK]);
    for block in 0..samples.div_ceil(BLOCK as u64) {
        for (index, v) in arguments.iter_mut().enumerate() {
            *v = argument(block * BLOCK as u64 + index as u64, F::RANGE);
        }
        let truths = arguments.map(F::truth);
        for (set, lanes) in Lanes::available().enumerate() {
            with_lanes(lanes, || {
                with_results::<F, f64, N>(&arguments, &mut results)
            });
            for (r, errors) in errors.iter_mut().enumerate() {
                for ((truth, result), v) in truths.iter().zip(&results[r]).zip(arguments) {
                    if let Some(truth) = truth[r] {
                        errors.worst[set].1.admit(double_error(*result, truth), v);
                    }
                }
            }
        }
    }
    let has_truth = F::truth(1.0).map(|truth| truth.is_some());
    let with_truth = errors.into_iter().zip(has_truth);
    with_truth
        .filter_map(|(errors, has)| has.then_some(errors))
        .collect()
}

/// The numbers of `f32` whose bits are multiples of a stride, all of them for 1, and the hard ones.
fn numbers(stride: u64, hard: &'static [f32]) -> impl Iterator<Item = [f32; BLOCK]> {
    let blocks = (1u64 << 32).div_ceil(stride * BLOCK as u64);
    let number = move |position: u64| {
        let number = f32::from_bits((position * stride) as u32);
        if number.is_nan() { 0.5 } else { number }
    };
    let regular = (0..blocks)
        .map(move |block| std::array::from_fn(|i| number(block * BLOCK as u64 + i as u64)));
    regular.chain([std::array::from_fn(|i| hard.get(i).copied().unwrap_or(0.5))])
}

/// `f32` on all lanes, at some of its numbers.
fn single<F: Measured<N>, const N: usize>(stride: u64) -> Vec<Errors> {
    let mut errors = no_errors::<F, N>("f32");
    let mut results = [const { Vec::new() }; N].map(|_: Vec<f32>| vec![0.0; BLOCK]);
    let mut truths = [const { Vec::new() }; N].map(|_: Vec<f64>| vec![0.0; BLOCK]);
    for arguments in numbers(stride, F::HARD) {
        with_results::<F, f64, N>(&arguments.map(f64::from), &mut truths);
        for (set, lanes) in Lanes::available().enumerate() {
            with_lanes(lanes, || {
                with_results::<F, f32, N>(&arguments, &mut results)
            });
            for (r, errors) in errors.iter_mut().enumerate() {
                for ((truth, result), v) in truths[r].iter().zip(&results[r]).zip(arguments) {
                    // Both are NaN where there is no value.
                    let error = match (truth.is_nan(), result.is_nan()) {
                        (true, true) => 0.0,
                        (false, false) => single_error(*result, *truth),
                        _ => f64::NAN,
                    };
                    errors.worst[set].1.admit(error, v as f64);
                }
            }
        }
    }
    errors
}

fn no_errors<F: Measured<N>, const N: usize>(scalar: &'static str) -> Vec<Errors> {
    let results = F::RESULTS.into_iter().zip(F::BOUNDS);
    results
        .map(|(name, bound)| Errors {
            name,
            scalar,
            bound,
            worst: Lanes::available()
                .map(|lanes| (lanes, Worst::default()))
                .collect(),
        })
        .collect()
}

/// All families.
pub fn all(samples: u64, stride: u64) -> Vec<Errors> {
    fn both<F: Measured<N>, const N: usize>(samples: u64, stride: u64) -> Vec<Errors> {
        let mut errors = double::<F, N>(samples);
        errors.extend(single::<F, N>(stride));
        errors
    }
    [
        both::<Exponential, 2>(samples, stride),
        both::<Logarithm, 1>(samples, stride),
        both::<Ln1p, 1>(samples, stride),
        both::<Logistic, 4>(samples, stride),
        both::<Hyperbolic, 3>(samples, stride),
        both::<Trigonometric, 2>(samples, stride),
        both::<Normal, 2>(samples, stride),
        both::<ErrorFunction, 2>(samples, stride),
    ]
    .concat()
}

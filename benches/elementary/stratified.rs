//! The errors of functions and of their derivatives up to order four as emitted code has them, at arguments of all sizes and next to all
//! places where something may go wrong, against 85 digits and more.

use derive_network::elementary::Elementary;
use derive_network::{Lanes, with_lanes};

use super::jets::{Jet, Number, TERMS, number};
use super::towers::*;

/// The largest errors of one order over all instruction sets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worst {
    /// In units of the last place of the derivative, and where. Next to a zero, nearer than an eighth of the argument or of 1, the unit
    /// is that of the value at this distance; next to underflow it is that of the least normal number times |x|^(2 order + 1).
    pub relative: (f64, f64),
    /// In units of the last place of what the derivative changes by if its argument changes by its own size, if that is more: what
    /// rounding the argument costs.
    pub conditioned: (f64, f64),
}

/// A function in one scalar.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub scalar: &'static str,
    pub worst: [Worst; ORDERS],
}

/// Where implementations change from one path, piece or exponent to another, and where results become constant, zero or infinite.
const THRESHOLDS: [f64; 36] = [
    0.173_287,
    0.346_574,
    0.519_860,
    0.588_705,
    0.832_555,
    1.0,
    1.019_667,
    1.039_721,
    1.177_41,
    1.442_027,
    1.732_868,
    2.0,
    2.75,
    3.919_206,
    4.0,
    5.921_587,
    9.121_677,
    9.194_1,
    10.295,
    12.9,
    14.5,
    18.714_974,
    26.516_504,
    27.406,
    36.736_801,
    37.5,
    38.6,
    43.5,
    87.336_545,
    88.722_839,
    103.972_08,
    354.0,
    374.0,
    708.396_419,
    709.782_713,
    745.133_219,
];

/// A sequence that looks random, the same on every machine: splitmix64.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// An eighth of the arguments in small binades, three in the others, a quarter where functions bend, a quarter at all distances from
/// special places.
fn argument(index: usize, random: &mut Random, special: &[f64], top: f64, positive: bool) -> f64 {
    let magnitude = match index % 8 {
        0 => random.between(-100.0, -40.0).exp2(),
        1..=3 => random.between(-40.0, top).exp2(),
        4 | 5 => random.between(0.0, 8.0),
        _ => {
            let place = special[random.bits() as usize % special.len()];
            let distance = random.between(-53.0, -1.0).exp2();
            place
                * if random.bits().is_multiple_of(2) {
                    1.0 + distance
                } else {
                    1.0 - distance
                }
        }
    };
    if positive || random.bits().is_multiple_of(2) {
        magnitude
    } else {
        -magnitude
    }
}

/// Zeros of the derivatives, in magnitude, as far as emitted code tells: sign changes on a grid, bisected.
fn zeros<F: Emitted<f64>>() -> Vec<f64> {
    let grid: Vec<f64> = (0..4000)
        .map(|k| (k as f64 + 0.37) / 100.0 - 20.0)
        .collect();
    let grid: Vec<f64> = grid
        .into_iter()
        .filter(|x| !F::POSITIVE || *x > 0.0)
        .collect();
    let towers = F::tower(&grid);
    let mut zeros = Vec::new();
    for k in 1..grid.len() {
        for (order, (&left, &right)) in towers[k - 1].iter().zip(&towers[k]).enumerate() {
            let negative = |value: f64| value < 0.0;
            if left == 0.0 || right == 0.0 || negative(left) == negative(right) {
                continue;
            }
            let (mut low, mut high) = (grid[k - 1], grid[k]);
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                if negative(F::tower(&[middle])[0][order]) == negative(left) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            zeros.push(low.abs());
        }
    }
    zeros
}

/// The binary exponent of a unit in the last place of `T` for a value of this size.
fn unit<T: Elementary>(size: f64) -> isize {
    let exponent = |value: f64| (value.abs().to_bits() >> 52) as isize - 1023;
    let size = size.abs().min(T::MAX).max(T::MIN_NORMAL);
    exponent(size) + exponent(T::EPSILON.to_f64())
}

/// The distance in these units; none next to overflow, where a product on the way may be infinite before the result is.
fn distance<T: Elementary>(found: T, exact: &Number, unit: isize) -> f64 {
    let found = found.to_f64();
    if exact.to_f64().value().abs() > T::MAX / 256.0 && !found.is_nan() {
        return 0.0;
    }
    if !found.is_finite() {
        return f64::INFINITY;
    }
    ((number(found) - exact) >> unit).to_f64().value().abs()
}

fn admit(worst: &mut (f64, f64), error: f64, at: f64) {
    if error > worst.0 {
        *worst = (error, at);
    }
}

/// A function at so many arguments, on all lanes.
fn measure<F: Emitted<T> + Emitted<f64>, T: Elementary>(
    samples: usize,
    scalar: &'static str,
) -> Row {
    let special = [&THRESHOLDS[..], &zeros::<F>()].concat();
    let mut random = Random(samples as u64);
    let arguments: Vec<T> = (0..samples)
        .map(|k| T::from_f64(argument(k, &mut random, &special, F::TOP, F::POSITIVE)))
        .collect();
    let towers: Vec<Vec<[T; ORDERS]>> = Lanes::available()
        .map(|lanes| with_lanes(lanes, || <F as Emitted<T>>::tower(&arguments)))
        .collect();
    let mut worst = [Worst::default(); ORDERS];
    for (place, x) in arguments.iter().enumerate() {
        let x = x.to_f64();
        let exact: [Number; TERMS] = F::exact(&Jet::variable(x)).derivatives();
        let sizes = exact.each_ref().map(|value| value.to_f64().value().abs());
        for (order, worst) in worst.iter_mut().enumerate() {
            let (size, next) = (sizes[order], sizes[order + 1]);
            // A generator below the normal range has the error of the least number, and powers of the argument magnify it.
            let least = T::MIN_NORMAL * x.abs().max(1.0).powi(2 * order as i32 + 1);
            let [relative, conditioned] = [x.abs().min(1.0) / 8.0, x.abs()]
                .map(|reach| unit::<T>(size.max(reach * next).max(least)));
            for tower in &towers {
                let error = |unit| distance(tower[place][order], &exact[order], unit);
                admit(&mut worst.relative, error(relative), x);
                admit(&mut worst.conditioned, error(conditioned), x);
            }
        }
    }
    Row {
        name: F::NAME,
        scalar,
        worst,
    }
}

/// All functions in `f64`, and in `f32` at an eighth of the arguments.
pub fn all(samples: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    macro_rules! both {
        ($subject:ident) => {
            rows.push(measure::<$subject, f64>(samples, "f64"));
            rows.push(measure::<$subject, f32>(samples / 8, "f32"));
        };
    }
    every_subject!(both);
    rows
}

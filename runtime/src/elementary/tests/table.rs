//! The reference tables of `tests/data`, and the distance of a result from a true value.

use crate::elementary::Elementary;

/// A true value: the nearest double, and what it lacks, in units of its last digit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    nearest: f64,
    lacks: f64,
}

/// A scalar that has a table.
pub(super) trait Tabulated: Elementary + core::fmt::LowerExp {
    const TABLE: &'static str;
    fn from_bits(bits: u64) -> Self;
    /// The distance from `truth` in units of the last digit that `Self` has at its size.
    fn error(self, truth: Truth) -> f64;
}

impl Truth {
    pub(super) fn of(nearest: f64) -> Truth {
        Truth {
            nearest,
            lacks: 0.0,
        }
    }

    /// 1 in the normal range of `T`, below it the fraction of the smallest normal number.
    pub(super) fn normality<T: Elementary>(self) -> f64 {
        (self.nearest.abs() / T::MIN_NORMAL).min(1.0)
    }

    fn parse(text: &str) -> Truth {
        let sign = text.find(['+', '-']).unwrap_or(text.len());
        let (bits, lacks) = text.split_at(sign);
        let lacks: f64 = if lacks.is_empty() {
            0.0
        } else {
            lacks.parse().unwrap()
        };
        Truth {
            nearest: f64::from_bits(u64::from_str_radix(bits, 16).unwrap()),
            lacks: lacks / 1000.0,
        }
    }
}

/// The lines of one family: argument and one true value a generator.
pub(super) fn rows<T: Tabulated, const N: usize>(family: &str) -> Vec<(T, [Truth; N])> {
    let heading = format!("# {family}");
    let lines = T::TABLE.lines().skip_while(|line| *line != heading).skip(1);
    lines
        .take_while(|line| !line.starts_with('#'))
        .map(|line| {
            let mut fields = line.split(' ');
            let argument = u64::from_str_radix(fields.next().unwrap(), 16).unwrap();
            let truths: Vec<Truth> = fields.map(Truth::parse).collect();
            (T::from_bits(argument), truths.try_into().unwrap())
        })
        .collect()
}

/// The unit in the last digit of a number with `digits` binary digits, whose least exponent is `least`.
fn last_digit(value: f64, digits: i32, least: i32) -> f64 {
    let exponent = if value == 0.0 {
        least
    } else {
        (value.abs().log2().floor() as i32).max(least)
    };
    // In two steps: the power of two may be subnormal.
    2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2 - digits + 1)
}

impl Tabulated for f64 {
    const TABLE: &'static str = include_str!("../../../tests/data/double.txt");

    fn from_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }

    fn error(self, truth: Truth) -> f64 {
        if self == truth.nearest {
            return truth.lacks.abs();
        }
        let error = (self - truth.nearest) / last_digit(truth.nearest, 53, -1022) - truth.lacks;
        if error.is_nan() {
            f64::INFINITY
        } else {
            error.abs()
        }
    }
}

impl Tabulated for f32 {
    const TABLE: &'static str = include_str!("../../../tests/data/single.txt");

    fn from_bits(bits: u64) -> f32 {
        f32::from_bits(bits as u32)
    }

    fn error(self, truth: Truth) -> f64 {
        if self as f64 == truth.nearest || (self.is_infinite() && self == truth.nearest as f32) {
            return 0.0;
        }
        let error = (self as f64 - truth.nearest) / last_digit(truth.nearest, 24, -126);
        if error.is_nan() {
            f64::INFINITY
        } else {
            error.abs()
        }
    }
}

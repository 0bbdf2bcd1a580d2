//! Points that fill a rectangle evenly.

use nalgebra::{Vector2, vector};
use std::ops::Range;

/// The first points of the additive recurrence with the plastic number g, the root of g³ = g + 1, in two dimensions.
///
/// M. Roberts, *The unreasonable effectiveness of quasirandom sequences*, 2018: low discrepancy, and no table.
pub fn quasi_random(count: usize, first: &Range<f64>, second: &Range<f64>) -> Vec<Vector2<f64>> {
    const PLASTIC: f64 = 1.324_717_957_244_746;
    let at = |range: &Range<f64>, step: f64, index: usize| {
        let part = (0.5 + step * index as f64).fract();
        range.start + (range.end - range.start) * part
    };
    (1..=count)
        .map(|index| {
            vector![
                at(first, PLASTIC.recip(), index),
                at(second, PLASTIC.powi(-2), index)
            ]
        })
        .collect()
}

//! What is the same in every network, compiled in this crate.
//!
//! Without optimisation, rustc lets a crate use the generic functions that a dependency has compiled for the same types. So a
//! function that is never called has here what else each network would compile for itself, once for each instruction set. With
//! optimisation each crate compiles its own, and this is left out.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::elementary::{Elementary, outlined};
use crate::lanes::{Isa, OnLanes, dispatch};

use super::columns::{Columns, unpack_columns};
use super::memory::{Memory, Space};
use super::nest::Loop;
use super::relayout::{Relaid, Relayout, relayout};
use super::transfer::{Entries, View, Viewed, pack, pack_weights, unpack};
use super::transpose::MOST_LANES;

/// Vectors of the smallest block in which all of them can be done.
const BLOCK: usize = 2 * MOST_LANES;

/// A number for each point of a vector.
struct Number;

impl Viewed for Number {
    const VIEW: View = View {
        space: Space::Block,
        offset: 0,
        extents: &[1],
        strides: &[1],
        vectors: 1,
    };
}

impl Relaid for Number {
    const RELAYOUT: Relayout = Relayout {
        rows: 1,
        row_step: 1,
        others: &[] as &[Loop],
        stride: MOST_LANES,
        vectors: 1,
    };
}

struct Shared<T>(PhantomData<T>);

impl<T: Elementary + Entries<T>> OnLanes for Shared<T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        outlined::all::<T, S>(simd);

        let mut scratch = [MaybeUninit::uninit(); (BLOCK + 1) * MOST_LANES];
        let mut numbers = [T::ZERO];
        let memory = Memory::<T, S, 0, 0, BLOCK>::new(simd, &[], &mut scratch);
        pack::<Number, T, S, T, 0, 0, BLOCK>(&memory, &numbers);
        relayout::<Number, 0, 1, T, S, 0, 0, BLOCK>(&memory.with_points(1, false));
        unpack::<Number, T, S, T, 0, 0, BLOCK>(&memory, &mut numbers);
        pack_weights::<Number, T, S, 0, 0, BLOCK>(&memory, [T::ONE; 2], 1);
        let columns = Columns {
            matrix: &mut numbers,
            rows: 1,
            first: 0,
            points: 1,
            width: 1,
            column: 0,
        };
        unpack_columns::<Number, T, S, 0, 0, BLOCK>(&memory, columns);
    }
}

/// Has all of it compiled.
pub fn shared() {
    dispatch(Shared::<f64>(PhantomData));
    dispatch(Shared::<f32>(PhantomData));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Lanes, with_lanes};

    #[test]
    fn what_is_shared_runs_on_all_lanes() {
        for lanes in Lanes::available() {
            with_lanes(lanes, shared);
        }
    }
}

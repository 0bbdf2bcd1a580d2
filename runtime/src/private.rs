//! Everything that emitted code may name, and nothing else: the whole contract between the macro and this crate.
//!
//! Not for use by hand: it changes with the macro, whose version is pinned.

pub use crate::kernels::{
    Addend, Arithmetic, Begin, Beside, Code, Columns, Contraction, ContractionNest, Elementwise,
    ElementwiseNest, LaneAxis, Loop, Memory, Pending, Places, Read, Relaid, Relayout, Space, Stack,
    View, Viewed, Walk, Workspace, Zeroed, add_lane_totals, arithmetic, clear, contraction,
    drain_totals, elementwise, kind, pack, pack_weights, relayout, take_first, tiles, unpack,
    unpack_columns,
};
pub use crate::lanes::{Isa, OnLanes, Real, dispatch};
pub use crate::parameters::{
    BatchLengthError, BoxedParameters, ConvolutionView, ConvolutionViewMut, DenseView,
    DenseViewMut, EdgeBlock, EvaluationError, Initial, InlineParameters, LayerAdjoints,
    LayerNormView, LayerNormViewMut, LayerShape, LayerValues, Network, ParameterCountError, Stub,
    glorot_normal, glorot_uniform, he_normal, layer_of_array, stub, uniform,
};
pub use crate::threads::{OverPoints, Scratch, gauss_newton, jacobian, over_points};
pub use approx;
pub use nalgebra::{
    Const, Dyn, SMatrix, SMatrixView, SMatrixViewMut, SVector, SVectorView, SVectorViewMut,
};

/// The number of lanes of a scalar on an instruction set.
#[inline(always)]
pub const fn lanes<T: Real, S: Isa>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// Whether copies of matrices whose columns share a set of the cache are worth their time for so many points, in blocks of so many vectors:
/// always for those of one with so few registers that a line is read again for several tiles of rows; else each block gains a third of its
/// time or less (Emerald Rapids, Zen 5), and the copy takes as long as one or two.
#[inline(always)]
pub const fn are_copies_worth_it<S: Isa>(points: usize, vectors: usize, lanes: usize) -> bool {
    vectors == 1 && S::REGISTER_COUNT < 32 || points >= 4 * vectors * lanes
}

/// Whether so few points are faster one by one than as a block, which takes as long for any number of them. One by one each takes
/// three to six times as long as in a full block (measured on AVX2 and AVX-512, networks of 900 to 26,000 parameters).
#[inline(always)]
pub const fn are_few(points: usize, block: usize) -> bool {
    points <= 1 + block / 6
}

/// Whether so few points are faster one by one than as a block of one vector. Up to `few` may be; one takes at least 1.4 times its lane's
/// part of the block.
#[inline(always)]
pub const fn are_alone(points: usize, lanes: usize, few: usize) -> bool {
    points <= few && 7 * points <= 5 * lanes
}

/// So many results on the heap before they are written.
pub fn zeros<E: Zeroed + Clone>(count: usize) -> Vec<E> {
    vec![E::zeroed(); count]
}

/// So many zeros on the heap.
pub fn numbers<T: Real>(count: usize) -> Vec<T> {
    vec![T::ZERO; count]
}

/// The most bytes that a call by value may put on the stack.
pub const STACK_LIMIT: usize = 1 << 20;

/// What a call by value puts on the stack, and what to call instead.
pub trait ByValue {
    /// Scratch and results.
    const BYTES: usize;
    /// The other way, in a sentence.
    const ADVICE: &'static str;
}

/// Refuses, while the caller compiles, a call that could overflow the stack of a thread.
#[inline(always)]
pub const fn fits<C: ByValue>() {
    const {
        if C::BYTES > STACK_LIMIT {
            panic!("{}", C::ADVICE);
        }
    }
}

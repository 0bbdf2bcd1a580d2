//! From a slice of arguments to the generators of a family, on the current lanes.

use core::marker::PhantomData;

use crate::elementary::*;
use crate::lanes::{Isa, OnLanes, Real, dispatch};

/// A family as a type, so that one runner serves all.
pub(super) trait Family<const N: usize> {
    /// As in the reference tables.
    const NAME: &'static str;
    const GENERATORS: [&'static str; N];
    fn generators<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> [T::Vector<S>; N];
}

macro_rules! families {
    ($($family:ident: $function:ident { $($generator:ident),+ } $count:literal;)+) => {
        $(pub(super) struct $family;
        impl Family<$count> for $family {
            const NAME: &'static str = stringify!($function);
            const GENERATORS: [&'static str; $count] = [$(stringify!($generator)),+];
            #[inline(always)]
            fn generators<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> [T::Vector<S>; $count] {
                let result = $function::<T, S>(simd, v);
                [$(result.$generator),+]
            }
        })+
    };
}

families! {
    LogisticFamily: logistic { softplus, sigmoid, slope, skew } 4;
    HyperbolicFamily: hyperbolic { log_cosh2, tanh, sech_squared } 3;
    TrigonometricFamily: trigonometric { sin, cos } 2;
    NormalFamily: normal { cdf, pdf } 2;
    ErrorFunctionFamily: error_function { erf, slope } 2;
    ExponentialFamily: exponential { exp, expm1 } 2;
    ExponentialLinearFamily: exponential_linear { ramp, step, tail, tail_slope, negative_ramp, negative_step } 6;
    AbsoluteFamily: absolute { abs, sign } 2;
}

macro_rules! single_functions {
    ($($family:ident: $function:ident;)+) => {
        $(pub(super) struct $family;
        impl Family<1> for $family {
            const NAME: &'static str = stringify!($function);
            const GENERATORS: [&'static str; 1] = [stringify!($function)];
            #[inline(always)]
            fn generators<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> [T::Vector<S>; 1] {
                [$function::<T, S>(simd, v)]
            }
        })+
    };
}

single_functions! {
    Logarithm: logarithm;
    Ln1p: ln_1p;
    Exp: exp;
    Expm1: expm1;
    SquareRoot: square_root;
    Reciprocal: reciprocal;
}

/// The generators of each argument, on the current lanes; the last vector is padded.
pub(super) fn evaluate<F: Family<N>, T: Elementary, const N: usize>(
    arguments: &[T],
) -> Vec<[T; N]> {
    let mut results = vec![[T::ZERO; N]; arguments.len()];
    dispatch(Evaluate::<F, T, N> {
        arguments,
        results: &mut results,
        family: PhantomData,
    });
    results
}

struct Evaluate<'a, F, T, const N: usize> {
    arguments: &'a [T],
    results: &'a mut [[T; N]],
    family: PhantomData<F>,
}

impl<F: Family<N>, T: Elementary, const N: usize> OnLanes for Evaluate<'_, F, T, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = T::lanes::<S>();
        for (arguments, results) in self
            .arguments
            .chunks(lanes)
            .zip(self.results.chunks_mut(lanes))
        {
            let in_use = T::first_lanes(simd, arguments.len());
            // SAFETY: the chunk holds as many numbers as are read.
            let v = unsafe { T::load_partial(simd, arguments.as_ptr(), in_use) };
            let generators = F::generators::<T, S>(simd, v);
            let mut column = [T::ZERO; 16];
            for (index, generator) in generators.into_iter().enumerate() {
                // SAFETY: there are at most 16 lanes.
                unsafe { T::store(simd, column.as_mut_ptr(), generator) };
                for (result, value) in results.iter_mut().zip(column) {
                    result[index] = value;
                }
            }
        }
    }
}

/// A few zeros of a type, for messages.
pub(super) fn name_of<T: Real>() -> &'static str {
    core::any::type_name::<T>()
}

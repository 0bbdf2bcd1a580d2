//! The words of emitted straight-line code: one value of [`Arithmetic`] fixes scalar and lanes.

use crate::lanes::Isa;

use crate::elementary::{
    self, Absolute, Elementary, ErrorFunction, Exponential, ExponentialLinear, Hyperbolic,
    Logistic, Normal, Trigonometric,
};
// Where nothing is optimised, a call for each vector is less than what it spares the compiler.
#[cfg(not(debug_assertions))]
use crate::elementary as families;
#[cfg(debug_assertions)]
use crate::elementary::outlined as families;

/// Arithmetic on vectors of `T` with the instructions of `S`.
#[derive(Clone, Copy, Debug)]
pub struct Arithmetic<T, S> {
    simd: S,
    scalar: core::marker::PhantomData<T>,
}

/// Arithmetic of a scalar on lanes.
#[inline(always)]
pub fn arithmetic<T: Elementary, S: Isa>(simd: S) -> Arithmetic<T, S> {
    Arithmetic {
        simd,
        scalar: core::marker::PhantomData,
    }
}

macro_rules! words {
    ($($name:ident($($argument:ident),*) = $function:path;)*) => {$(
        #[doc = concat!("`", stringify!($name), "` on every lane.")]
        #[inline(always)]
        pub fn $name(self, $($argument: T::Vector<S>),*) -> T::Vector<S> {
            $function(self.simd, $($argument),*)
        }
    )*};
}

macro_rules! families {
    ($($name:ident -> $generators:ident;)*) => {$(
        #[doc = concat!("The generators of the family `", stringify!($name), "`.")]
        #[inline(always)]
        pub fn $name(self, v: T::Vector<S>) -> $generators<T::Vector<S>> {
            families::$name::<T, S>(self.simd, v)
        }
    )*};
}

impl<T: Elementary, S: Isa> Arithmetic<T, S> {
    words! {
        add(a, b) = T::add;
        sub(a, b) = T::sub;
        mul(a, b) = T::mul;
        mul_add(a, b, c) = T::mul_add;
        neg(a) = T::neg;
        logarithm(a) = families::logarithm::<T, S>;
        square_root(a) = elementary::square_root::<T, S>;
        reciprocal(a) = elementary::reciprocal::<T, S>;
    }

    families! {
        logistic -> Logistic;
        hyperbolic -> Hyperbolic;
        trigonometric -> Trigonometric;
        normal -> Normal;
        error_function -> ErrorFunction;
        exponential -> Exponential;
        exponential_linear -> ExponentialLinear;
    }

    /// The generators of the absolute value.
    #[inline(always)]
    pub fn absolute(self, v: T::Vector<S>) -> Absolute<T::Vector<S>> {
        elementary::absolute::<T, S>(self.simd, v)
    }

    /// A constant.
    #[inline(always)]
    pub fn literal(self, value: f64) -> T::Vector<S> {
        T::literal(self.simd, value)
    }

    /// `a`, or `limit` where `a` is less; NaN is kept.
    #[inline(always)]
    pub fn at_least(self, a: T::Vector<S>, limit: f64) -> T::Vector<S> {
        let limit = self.literal(limit);
        T::select(self.simd, T::less_than(self.simd, a, limit), limit, a)
    }

    /// `a`, or `limit` where `a` is greater; NaN is kept.
    #[inline(always)]
    pub fn at_most(self, a: T::Vector<S>, limit: f64) -> T::Vector<S> {
        let limit = self.literal(limit);
        T::select(self.simd, T::less_than(self.simd, limit, a), limit, a)
    }

    /// One where `a > b`, else zero; zero if one of them is NaN.
    #[inline(always)]
    pub fn greater(self, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
        let (zero, one) = (T::zero(self.simd), self.literal(1.0));
        T::select(self.simd, T::less_than(self.simd, b, a), one, zero)
    }

    /// `a` where `mask` is not zero, else zero.
    #[inline(always)]
    pub fn select(self, mask: T::Vector<S>, a: T::Vector<S>) -> T::Vector<S> {
        let zero = T::zero(self.simd);
        T::select(self.simd, T::equal(self.simd, mask, zero), zero, a)
    }
}

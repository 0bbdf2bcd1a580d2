//! The families as functions apart from their callers, for builds without optimisation.
//!
//! A family is thousands of instructions before it is optimised, and emitted code names it once for each nest that differs.
//! Apart, it is compiled once for each instruction set, in this crate (`kernels::shared`). Then every vector costs
//! a call, which only builds with debug assertions pay.

use crate::lanes::{Isa, OnLanes, Real};

use super::{
    Elementary, Exponential, ExponentialLinear, Hyperbolic, Logistic, Normal, Trigonometric,
};

macro_rules! outline {
    ($($name:ident -> $output:ty;)*) => {$(
        #[doc = concat!("[`", stringify!($name), "`](super::", stringify!($name), "()) in a function of its own.")]
        #[inline(always)]
        pub fn $name<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> $output {
            struct Apart<T: Real, S: Isa> {
                simd: S,
                v: T::Vector<S>,
            }

            impl<T: Elementary, S: Isa> OnLanes for Apart<T, S> {
                type Output = $output;

                #[inline(always)]
                fn run<Same: Isa>(self, _: Same) -> $output {
                    super::$name::<T, S>(self.simd, self.v)
                }
            }

            simd.apart(Apart::<T, S> { simd, v })
        }
    )*};
}

outline! {
    logistic -> Logistic<T::Vector<S>>;
    hyperbolic -> Hyperbolic<T::Vector<S>>;
    trigonometric -> Trigonometric<T::Vector<S>>;
    normal -> Normal<T::Vector<S>>;
    exponential -> Exponential<T::Vector<S>>;
    exponential_linear -> ExponentialLinear<T::Vector<S>>;
    logarithm -> T::Vector<S>;
}

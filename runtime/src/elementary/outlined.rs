//! The families as functions apart from their callers, for builds without optimisation.
//!
//! A family is thousands of instructions before it is optimised, and emitted code names it once for each nest that differs.
//! Apart, it is compiled once for each instruction set, in this crate ([`all`]). Then every vector costs
//! a call, which only builds with debug assertions pay.

use core::marker::PhantomData;

use crate::lanes::{Isa, OnLanes, Real, dispatch};

use super::{
    Elementary, ErrorFunction, Exponential, ExponentialLinear, Hyperbolic, Logistic, Normal,
    Trigonometric,
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
    )*

        impl<T: Elementary> OnLanes for All<T> {
            type Output = ();

            #[inline(always)]
            fn run<S: Isa>(self, simd: S) {
                $($name::<T, S>(simd, T::zero(simd));)*
            }
        }
    };
}

/// All of them.
struct All<T>(PhantomData<T>);

/// Has all of them compiled with this crate: without optimisation, rustc lets a crate use the generic functions that a dependency has
/// compiled for the same types.
pub fn all() {
    dispatch(All::<f64>(PhantomData));
    dispatch(All::<f32>(PhantomData));
}

outline! {
    logistic -> Logistic<T::Vector<S>>;
    hyperbolic -> Hyperbolic<T::Vector<S>>;
    trigonometric -> Trigonometric<T::Vector<S>>;
    normal -> Normal<T::Vector<S>>;
    error_function -> ErrorFunction<T::Vector<S>>;
    exponential -> Exponential<T::Vector<S>>;
    exponential_linear -> ExponentialLinear<T::Vector<S>>;
    logarithm -> T::Vector<S>;
}

#[cfg(test)]
mod tests {
    use super::super as in_place;
    use super::*;
    use crate::lanes::{Lanes, with_lanes};

    /// Arguments that stay on the fast path, and some that leave it.
    const ARGUMENTS: [[f64; 16]; 2] = [
        [
            0.0, -0.3, 0.7, 1.0, -1.5, 2.0, 3.0, -4.0, 5.5, 0.1, -0.01, 8.0, -9.0, 12.0, 0.5, -2.5,
        ],
        [
            1e3, -1e3, 0.7, 1e30, -1e30, 40.0, 90.0, -90.0, 0.0, 1.0, 1e-40, -1e-40, 1e5, -1e5,
            3.0, -3.0,
        ],
    ];

    struct Compare<T>(PhantomData<T>);

    impl<T: Elementary> OnLanes for Compare<T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, simd: S) {
            let numbers = |v: T::Vector<S>| {
                let mut numbers = [T::ZERO; 16];
                // SAFETY: sixteen numbers are at least a vector.
                unsafe { T::store(simd, numbers.as_mut_ptr(), v) };
                numbers.map(|number| number.to_f64().to_bits())
            };
            macro_rules! compare {
                ($v:expr, $($family:ident { $($generator:ident)* })*) => {$(
                    let apart = $family::<T, S>(simd, $v);
                    let here = in_place::$family::<T, S>(simd, $v);
                    $(assert_eq!(
                        numbers(apart.$generator),
                        numbers(here.$generator),
                        stringify!($generator)
                    );)*
                )*};
            }
            for arguments in ARGUMENTS {
                let arguments = arguments.map(T::from_f64);
                // SAFETY: sixteen numbers are at least a vector.
                let v = unsafe { T::load(simd, arguments.as_ptr()) };
                compare!(v,
                    logistic { softplus sigmoid slope skew }
                    hyperbolic { log_cosh2 tanh sech_squared }
                    trigonometric { sin cos }
                    normal { cdf pdf }
                    error_function { erf slope }
                    exponential { exp expm1 }
                    exponential_linear { ramp step tail tail_slope negative_ramp negative_step }
                );
                assert_eq!(
                    numbers(logarithm::<T, S>(simd, v)),
                    numbers(in_place::logarithm::<T, S>(simd, v))
                );
            }
        }
    }

    #[test]
    fn apart_a_family_has_the_bits_that_it_has_in_place() {
        for lanes in Lanes::available() {
            with_lanes(lanes, || {
                dispatch(Compare::<f64>(PhantomData));
                dispatch(Compare::<f32>(PhantomData));
            });
        }
    }
}

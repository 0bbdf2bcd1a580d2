//! The throughput of the runtime's elementary functions on arguments and results in the nearest cache.
//!
//! A family computes what is used of it and no more, so each set of generators is compiled for itself.

use derive_network::elementary::{Elementary, hyperbolic, logistic, trigonometric};
use derive_network::private::{Isa, OnLanes, dispatch};
use derive_network_symbolic::functions::{Family, Primitive};

use crate::support::count::Generators;
use crate::support::data;
use crate::support::timing::time;

/// Arguments and results take 8 KiB in double precision.
const COUNT: usize = 512;

/// Nanoseconds of the generators of one argument, on the lanes of this thread.
pub fn evaluation<T: Elementary>((family, used): &Generators) -> f64 {
    match family {
        Family::Logistic => LogisticFamily::evaluation::<T>(used),
        Family::Hyperbolic => HyperbolicFamily::evaluation::<T>(used),
        Family::Trigonometric => TrigonometricFamily::evaluation::<T>(used),
        other => unimplemented!("no workload uses {other:?} yet: add its generators below"),
    }
}

/// The sum of those generators of a family whose bits are set.
trait Sum {
    fn of<T: Elementary, S: Isa, const USED: u8>(simd: S, v: T::Vector<S>) -> T::Vector<S>;
}

/// A family: its lane function, its generators with their bits, and all sets of them that are not empty.
macro_rules! family {
    ($name:ident, $function:ident, $($bit:literal $field:ident $primitive:ident),+; $($set:literal)+) => {
        struct $name;

        impl Sum for $name {
            #[inline(always)]
            fn of<T: Elementary, S: Isa, const USED: u8>(simd: S, v: T::Vector<S>) -> T::Vector<S> {
                let generators = $function::<T, S>(simd, v);
                let mut sum = v;
                $(
                    // The first takes the place of what is there, each further one costs an addition.
                    if USED & $bit != 0 {
                        sum = if USED & USED.wrapping_neg() == $bit {
                            generators.$field
                        } else {
                            T::add(simd, sum, generators.$field)
                        };
                    }
                )+
                sum
            }
        }

        impl $name {
            fn evaluation<T: Elementary>(used: &[Primitive]) -> f64 {
                let bits = used.iter().map(|primitive| match primitive {
                    $(Primitive::$primitive => $bit,)+
                    _ => 0,
                });
                match bits.sum::<u8>() {
                    $($set => nanoseconds::<T, $name, $set>(),)+
                    _ => 0.0,
                }
            }
        }
    };
}

family!(LogisticFamily, logistic,
    1 softplus Softplus, 2 sigmoid Sigmoid, 4 slope SigmoidSlope, 8 skew SigmoidSkew;
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
family!(HyperbolicFamily, hyperbolic,
    1 log_cosh2 LogCosh2, 2 tanh Tanh, 4 sech_squared SechSquared;
    1 2 3 4 5 6 7);
family!(TrigonometricFamily, trigonometric, 1 sin Sin, 2 cos Cos; 1 2 3);

struct Each<'a, T, F, const USED: u8> {
    arguments: &'a [T],
    results: &'a mut [T],
    family: core::marker::PhantomData<F>,
}

impl<T: Elementary, F: Sum, const USED: u8> OnLanes for Each<'_, T, F, USED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = T::lanes::<S>();
        let arguments = self.arguments.chunks_exact(lanes);
        for (argument, result) in arguments.zip(self.results.chunks_exact_mut(lanes)) {
            // SAFETY: both chunks are a vector long.
            unsafe {
                let v = T::load(simd, argument.as_ptr());
                T::store(simd, result.as_mut_ptr(), F::of::<T, S, USED>(simd, v));
            }
        }
    }
}

fn nanoseconds<T: Elementary, F: Sum, const USED: u8>() -> f64 {
    let arguments: Vec<T> = data::points::<T, 1>(COUNT).iter().map(|x| x[0]).collect();
    let mut results = vec![T::ZERO; COUNT];
    let time = time(COUNT, &mut || {
        dispatch(Each::<T, F, USED> {
            arguments: &arguments,
            results: &mut results,
            family: core::marker::PhantomData,
        });
        std::hint::black_box(&results);
    });
    time.least
}

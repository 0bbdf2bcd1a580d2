//! Where the parameters of a network live: in the struct, or on the heap.
//!
//! Both types are slices of P numbers that know P. The boxed one is never built on the stack.

use super::ParameterCountError;
use crate::lanes::Real;
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use core::fmt;
use core::ops::{Deref, DerefMut};

/// P parameters in the struct itself, from the beginning of a cache line on: vectors of weights do not cross two of them.
#[derive(Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct InlineParameters<T, const P: usize>([T; P]);

/// P parameters on the heap.
#[derive(Clone, PartialEq)]
pub struct BoxedParameters<T, const P: usize>(Box<[T]>);

impl<T: Real, const P: usize> Default for InlineParameters<T, P> {
    /// P zeros.
    fn default() -> Self {
        Self([T::ZERO; P])
    }
}

impl<T: Real, const P: usize> Default for BoxedParameters<T, P> {
    /// P zeros.
    fn default() -> Self {
        Self(vec![T::ZERO; P].into_boxed_slice())
    }
}

/// What both have in common: their slice, and approx's comparisons of slices.
macro_rules! parameters_are_a_slice {
    ($($storage:ident),*) => {$(
        impl<T: Real, const P: usize> $storage<T, P> {
            /// Parameters with these values.
            ///
            /// # Errors
            /// If there are not P of them.
            pub fn from_slice(values: &[T]) -> Result<Self, ParameterCountError> {
                if values.len() != P {
                    return Err(ParameterCountError { expected: P, found: values.len() });
                }
                let mut parameters = Self::default();
                parameters.copy_from_slice(values);
                Ok(parameters)
            }
        }

        impl<T, const P: usize> Deref for $storage<T, P> {
            type Target = [T];

            fn deref(&self) -> &[T] {
                &self.0
            }
        }

        impl<T, const P: usize> DerefMut for $storage<T, P> {
            fn deref_mut(&mut self) -> &mut [T] {
                &mut self.0
            }
        }

        impl<T: fmt::Debug, const P: usize> fmt::Debug for $storage<T, P> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl<T: AbsDiffEq, const P: usize> AbsDiffEq for $storage<T, P>
        where
            T::Epsilon: Clone,
        {
            type Epsilon = T::Epsilon;

            fn default_epsilon() -> T::Epsilon {
                T::default_epsilon()
            }

            fn abs_diff_eq(&self, other: &Self, epsilon: T::Epsilon) -> bool {
                self.0[..].abs_diff_eq(&other.0[..], epsilon)
            }
        }

        impl<T: RelativeEq, const P: usize> RelativeEq for $storage<T, P>
        where
            T::Epsilon: Clone,
        {
            fn default_max_relative() -> T::Epsilon {
                T::default_max_relative()
            }

            fn relative_eq(&self, other: &Self, epsilon: T::Epsilon, max_relative: T::Epsilon) -> bool {
                self.0[..].relative_eq(&other.0[..], epsilon, max_relative)
            }
        }

        impl<T: UlpsEq, const P: usize> UlpsEq for $storage<T, P>
        where
            T::Epsilon: Clone,
        {
            fn default_max_ulps() -> u32 {
                T::default_max_ulps()
            }

            fn ulps_eq(&self, other: &Self, epsilon: T::Epsilon, max_ulps: u32) -> bool {
                self.0[..].ulps_eq(&other.0[..], epsilon, max_ulps)
            }
        }
    )*};
}

parameters_are_a_slice!(InlineParameters, BoxedParameters);

//! The public face as one function: a request by name and a form go in, plain numbers come out.
//!
//! [`network!`] writes a struct down once, for the macro and, as text, for the compiler library.

#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "each test uses a part of it"
)]

use derive_network::nalgebra::SMatrix;
use std::cell::Cell;

/// The four methods of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    ByValue,
    With,
    Batch,
    BatchWith,
}

impl Form {
    pub const ALL: [Form; 4] = [Form::ByValue, Form::With, Form::Batch, Form::BatchWith];
}

/// For each point, for each result, its numbers, first axis fastest.
pub type Answers = Vec<Vec<Vec<f64>>>;

/// A network behind its public face.
pub trait Face: Sized {
    /// The attribute and the item, as written.
    const DEFINITION: (&'static str, &'static str);
    /// What is asked of it, by name.
    const REQUESTS: &'static [&'static str];
    const PARAMETER_COUNT: usize;
    /// Half the distance from one to the next number of its type.
    const ROUNDING: f64;

    fn with_parameters(parameters: &[f64]) -> Self;
    fn ask(&self, request: &str, form: Form, points: &[Vec<f64>], seconds: &[Vec<f64>]) -> Answers;
    /// The slice that had another length, and its name in the error, for every slice of a request's batch methods.
    fn refuse(&self, request: &str) -> Vec<(&'static str, &'static str)>;
}

/// What goes into and comes out of a method for one point.
pub trait Entries: Clone {
    fn filled(value: f64) -> Self;
    fn from_numbers(numbers: &[f64]) -> Self;
    fn numbers(&self) -> Vec<f64>;
}

macro_rules! entries {
    ($($scalar:ident)*) => {$(
        impl Entries for $scalar {
            fn filled(value: f64) -> Self {
                value as $scalar
            }

            fn from_numbers(numbers: &[f64]) -> Self {
                numbers[0] as $scalar
            }

            fn numbers(&self) -> Vec<f64> {
                vec![f64::from(*self)]
            }
        }

        impl<const R: usize, const C: usize> Entries for SMatrix<$scalar, R, C> {
            fn filled(value: f64) -> Self {
                Self::repeat(value as $scalar)
            }

            fn from_numbers(numbers: &[f64]) -> Self {
                Self::from_iterator(numbers.iter().map(|number| *number as $scalar))
            }

            fn numbers(&self) -> Vec<f64> {
                self.iter().map(|number| f64::from(*number)).collect()
            }
        }
    )*};
}

entries!(f32 f64);

impl<E: Entries, const N: usize> Entries for [E; N] {
    fn filled(value: f64) -> Self {
        std::array::from_fn(|_| E::filled(value))
    }

    fn from_numbers(numbers: &[f64]) -> Self {
        let length = numbers.len() / N;
        std::array::from_fn(|index| E::from_numbers(&numbers[index * length..(index + 1) * length]))
    }

    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Entries::numbers).collect()
    }
}

/// Entries before and behind every slice that a method gets.
pub const MARGIN: usize = 3;
/// What lies there, and in results before they are written. Single precision has it exactly.
const CANARY: f64 = -1234.5;

thread_local! {
    /// Allocations of this thread; stays zero where no counting allocator is installed.
    pub static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// A slice that a method gets, inside a larger buffer.
pub struct Guarded<E> {
    buffer: Vec<E>,
    count: usize,
}

impl<E: Entries> Guarded<E> {
    /// Not a number beside the points: whatever reads it shows in the results.
    pub fn points(numbers: &[Vec<f64>]) -> Self {
        let mut buffer = vec![E::filled(f64::NAN); MARGIN];
        buffer.extend(numbers.iter().map(|numbers| E::from_numbers(numbers)));
        buffer.resize(numbers.len() + 2 * MARGIN, E::filled(f64::NAN));
        Guarded {
            buffer,
            count: numbers.len(),
        }
    }

    pub fn results(count: usize) -> Self {
        Guarded {
            buffer: vec![E::filled(CANARY); count + 2 * MARGIN],
            count,
        }
    }

    pub fn slice(&self) -> &[E] {
        &self.buffer[MARGIN..MARGIN + self.count]
    }

    pub fn slice_mut(&mut self) -> &mut [E] {
        &mut self.buffer[MARGIN..MARGIN + self.count]
    }

    /// All bits, margins included.
    pub fn bits(&self) -> Vec<u64> {
        self.buffer
            .iter()
            .flat_map(Entries::numbers)
            .map(f64::to_bits)
            .collect()
    }

    pub fn assert_margins(&self) {
        let (before, rest) = self.buffer.split_at(MARGIN);
        for entry in before.iter().chain(&rest[self.count..]) {
            assert!(
                entry.numbers().iter().all(|number| *number == CANARY),
                "a method wrote beside its results"
            );
        }
    }
}

/// Runs a call, which must not allocate.
pub fn without_allocation<R>(call: impl FnOnce() -> R) -> R {
    let before = ALLOCATIONS.get();
    let result = call();
    assert_eq!(ALLOCATIONS.get(), before, "a call allocated");
    result
}

/// One request in each of its forms.
macro_rules! ask {
    ($network:ident, $form:ident, $points:ident, $seconds:ident; value) => {
        $crate::face::ask!($network, $form, $points, $seconds; value value_with value_batch value_batch_with () (values))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; gradient) => {
        $crate::face::ask!($network, $form, $points, $seconds; gradient gradient_with gradient_batch gradient_batch_with () (values, gradients))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; jacobian) => {
        $crate::face::ask!($network, $form, $points, $seconds; jacobian jacobian_with jacobian_batch jacobian_batch_with () (values, jacobians))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; hessian) => {
        $crate::face::ask!($network, $form, $points, $seconds; hessian hessian_with hessian_batch hessian_batch_with () (values, firsts, hessians))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; laplacian) => {
        $crate::face::ask!($network, $form, $points, $seconds; laplacian laplacian_with laplacian_batch laplacian_batch_with () (values, firsts, laplacians))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; adjoint_hessian) => {
        $crate::face::ask!($network, $form, $points, $seconds; adjoint_hessian adjoint_hessian_with adjoint_hessian_batch adjoint_hessian_batch_with (w) (values, jacobians, hessians))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; jvp) => {
        $crate::face::ask!($network, $form, $points, $seconds; jvp jvp_with jvp_batch jvp_batch_with (v) (values, products))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; vjp) => {
        $crate::face::ask!($network, $form, $points, $seconds; vjp vjp_with vjp_batch vjp_batch_with (w) (values, products))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident; hvp) => {
        $crate::face::ask!($network, $form, $points, $seconds; hvp hvp_with hvp_batch hvp_batch_with (v) (values, gradients, products))
    };
    ($network:ident, $form:ident, $points:ident, $seconds:ident;
     $by_value:ident $with:ident $batch:ident $batch_with:ident ($($operand:ident)?) ($($result:ident),+)) => {{
        use $crate::face::{Form, Guarded, without_allocation};
        let xs = Guarded::points($points);
        let given = xs.bits();
        $(let $operand = Guarded::points($seconds);)?
        $(let mut $result = Guarded::results($points.len());)+
        let mut workspace = Self::workspace();
        match $form {
            Form::ByValue => for point in 0..$points.len() {
                without_allocation(|| {
                    ($($result.slice_mut()[point]),+) =
                        $network.$by_value(&xs.slice()[point] $(, &$operand.slice()[point])?);
                });
            },
            Form::With => for point in 0..$points.len() {
                without_allocation(|| $network.$with(
                    &mut workspace,
                    &xs.slice()[point]
                    $(, &$operand.slice()[point])?
                    $(, &mut $result.slice_mut()[point])+
                ));
            },
            Form::Batch => {
                without_allocation(|| {
                    $network.$batch(xs.slice() $(, $operand.slice())? $(, $result.slice_mut())+)
                })
                .expect("the lengths agree");
            }
            Form::BatchWith => {
                without_allocation(|| {
                    $network.$batch_with(&mut workspace, xs.slice() $(, $operand.slice())? $(, $result.slice_mut())+)
                })
                .expect("the lengths agree");
            }
        }
        assert_eq!(xs.bits(), given, "points are not written");
        $($result.assert_margins();)+
        let point = |point: usize| vec![$($crate::face::Entries::numbers(&$result.slice()[point])),+];
        (0..$points.len()).map(point).collect()
    }};
}

/// Both batch methods of a request with one slice of another length: the errors, after a look that nothing was written.
macro_rules! refuse {
    ($network:ident; gradient) => { $crate::face::refuse!($network; gradient_batch gradient_batch_with () (values, gradients)) };
    ($network:ident; jacobian) => { $crate::face::refuse!($network; jacobian_batch jacobian_batch_with () (values, jacobians)) };
    ($network:ident; value) => { $crate::face::refuse!($network; value_batch value_batch_with () (values)) };
    ($network:ident; hessian) => { $crate::face::refuse!($network; hessian_batch hessian_batch_with () (values, firsts, hessians)) };
    ($network:ident; laplacian) => { $crate::face::refuse!($network; laplacian_batch laplacian_batch_with () (values, firsts, laplacians)) };
    ($network:ident; adjoint_hessian) => { $crate::face::refuse!($network; adjoint_hessian_batch adjoint_hessian_batch_with (w) (values, jacobians, hessians)) };
    ($network:ident; jvp) => { $crate::face::refuse!($network; jvp_batch jvp_batch_with (v) (values, products)) };
    ($network:ident; vjp) => { $crate::face::refuse!($network; vjp_batch vjp_batch_with (w) (values, products)) };
    ($network:ident; hvp) => { $crate::face::refuse!($network; hvp_batch hvp_batch_with (v) (values, gradients, products)) };
    ($network:ident; $batch:ident $batch_with:ident ($($operand:ident)?) ($($result:ident),+)) => {{
        const POINTS: usize = 9;
        let slices = [$(stringify!($operand),)? $(stringify!($result)),+];
        let mut errors = Vec::new();
        for wrong in 0..slices.len() {
            for found in [0, POINTS - 1, POINTS + 1] {
                for is_with in [false, true] {
                    let xs: Vec<_> = vec![$crate::face::Entries::filled(0.5); POINTS];
                    let mut slice = 0;
                    let mut length = || {
                        slice += 1;
                        if slice - 1 == wrong { found } else { POINTS }
                    };
                    $(let $operand: Vec<_> = vec![$crate::face::Entries::filled(0.5); length()];)?
                    $(let mut $result = $crate::face::Guarded::results(length());)+
                    let before = [$($result.bits()),+];
                    let outcome = if is_with {
                        let mut workspace = Self::workspace();
                        $network.$batch_with(&mut workspace, &xs $(, &$operand)? $(, $result.slice_mut())+)
                    } else {
                        $network.$batch(&xs $(, &$operand)? $(, $result.slice_mut())+)
                    };
                    let error = outcome.expect_err("a slice of another length is refused");
                    assert_eq!((error.expected, error.found), (POINTS, found), "{error}");
                    assert_eq!([$($result.bits()),+], before, "nothing is written on failure");
                    errors.push((slices[wrong], error.name));
                }
            }
        }
        errors
    }};
}

/// A network with its definition as text: the attribute in brackets, the item, what to ask.
macro_rules! network {
    ([$($attribute:tt)*] struct $name:ident { $($fields:tt)* } $scalar:ident: $($request:ident)+) => {
        #[derive_network::derive_network($($attribute)*)]
        pub(crate) struct $name { $($fields)* }

        impl $crate::face::Face for $name {
            const DEFINITION: (&'static str, &'static str) =
                (stringify!($($attribute)*), stringify!(struct $name { $($fields)* }));
            const REQUESTS: &'static [&'static str] = &[$(stringify!($request)),+];
            const PARAMETER_COUNT: usize = Self::PARAMETERS;
            const ROUNDING: f64 = $scalar::EPSILON as f64 / 2.0;

            fn with_parameters(parameters: &[f64]) -> Self {
                let parameters: Vec<$scalar> = parameters.iter().map(|number| *number as $scalar).collect();
                Self::from_parameters(&parameters).expect("as many parameters as the network has")
            }

            #[allow(unused_parens)]
            fn ask(
                &self,
                request: &str,
                form: $crate::face::Form,
                points: &[Vec<f64>],
                seconds: &[Vec<f64>],
            ) -> $crate::face::Answers {
                let _ = seconds;
                match request {
                    $(stringify!($request) => $crate::face::ask!(self, form, points, seconds; $request),)+
                    other => panic!("{other} is not asked of {}", stringify!($name)),
                }
            }

            fn refuse(&self, request: &str) -> Vec<(&'static str, &'static str)> {
                match request {
                    $(stringify!($request) => $crate::face::refuse!(self; $request),)+
                    other => panic!("{other} is not asked of {}", stringify!($name)),
                }
            }
        }
    };
}

pub(crate) use {ask, network, refuse};

//! The public face as one function: a request by name and a form go in, plain numbers come out.
//!
//! [`network!`] writes a struct down once, for the macro and, as text, for the compiler library.

#![allow(dead_code, reason = "each test uses a part of it")]

use derive_network::nalgebra::SMatrix;

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
    /// Half the distance from one to the next number of its type.
    const ROUNDING: f64;

    fn with_parameters(parameters: &[f64]) -> Self;
    fn ask(&self, request: &str, form: Form, points: &[Vec<f64>], seconds: &[Vec<f64>]) -> Answers;
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

pub fn each<E: Entries>(numbers: &[Vec<f64>]) -> Vec<E> {
    numbers.iter().map(|numbers| E::from_numbers(numbers)).collect()
}

/// Not a number anywhere, so that what a method leaves out shows.
pub fn blanks<E: Entries>(count: usize) -> Vec<E> {
    vec![E::filled(f64::NAN); count]
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
        let xs: Vec<_> = $crate::face::each($points);
        $(let $operand: Vec<_> = $crate::face::each($seconds);)?
        $(let mut $result: Vec<_> = $crate::face::blanks(xs.len());)+
        let mut workspace = Self::workspace();
        match $form {
            $crate::face::Form::ByValue => for point in 0..xs.len() {
                ($($result[point]),+) = $network.$by_value(&xs[point] $(, &$operand[point])?);
            },
            $crate::face::Form::With => for point in 0..xs.len() {
                $network.$with(&mut workspace, &xs[point] $(, &$operand[point])? $(, &mut $result[point])+);
            },
            $crate::face::Form::Batch => {
                $network.$batch(&xs $(, &$operand)? $(, &mut $result)+).expect("the lengths agree");
            }
            $crate::face::Form::BatchWith => {
                $network.$batch_with(&mut workspace, &xs $(, &$operand)? $(, &mut $result)+).expect("the lengths agree");
            }
        }
        let point = |point: usize| vec![$($crate::face::Entries::numbers(&$result[point])),+];
        (0..xs.len()).map(point).collect()
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
        }
    };
}

pub(crate) use {ask, network};

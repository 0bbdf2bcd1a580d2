//! What the benches share: networks with their text, what the compiler counts in them, the floor that the machine sets for that,
//! timing, and a table of it all.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each bench uses its part"
)]

/// Defines a network and keeps its text, so that rustc and the counting of operations read the same definition.
macro_rules! network {
    ($(#[doc = $text:literal])* #[derive_network($($attribute:tt)*)] $visibility:vis struct $name:ident { $($field:tt)* }) => {
        $(#[doc = $text])*
        #[derive_network($($attribute)*)]
        $visibility struct $name { $($field)* }

        impl $crate::support::count::Definition for $name {
            const ATTRIBUTE: &'static str = stringify!($($attribute)*);
            const ITEM: &'static str = stringify!(struct $name { $($field)* });
        }
    };
}
pub(crate) use network;

pub mod count;
pub mod data;
pub mod floor;
pub mod networks;
pub mod options;
pub mod processes;
pub mod report;
pub mod session;
pub mod timing;

/// Times a method of a network that takes a workspace and a batch: arguments, then one slice for each result.
macro_rules! measure_batch {
    ($session:expr, $case:expr, $ask:expr, $network:ident.$method:ident, [$points:expr $(, $argument:expr)*] -> [$($result:ident),+]) => {{
        let network = $crate::support::data::with_biases($network::glorot_normal(7));
        let points = &$points[..];
        $(let mut $result = ::derive_network::private::zeros(points.len());)+
        let mut workspace = $network::workspace();
        $session.measure(&network, &$case.batch(points.len()), $ask, &mut || {
            let points = ::std::hint::black_box(points);
            let done = network.$method(&mut workspace, points, $($argument,)* $(&mut $result),+);
            ::std::hint::black_box(done.is_ok());
        });
    }};
}
pub(crate) use measure_batch;

/// Times a method of a network that takes one point and returns its results, called at one point after the other.
macro_rules! measure_single {
    ($session:expr, $case:expr, $ask:expr, $network:ident.$method:ident, [$points:expr $(, $argument:expr)*]) => {{
        let network = $crate::support::data::with_biases($network::glorot_normal(7));
        let points = &$points[..];
        $session.measure(&network, &$case.single(points.len()), $ask, &mut || {
            for point in points {
                ::std::hint::black_box(network.$method(::std::hint::black_box(point) $(, $argument)*));
            }
        });
    }};
}
pub(crate) use measure_single;

/// Times a method of a network that sums over a batch: arguments, then the sums.
macro_rules! measure_sums {
    ($session:expr, $case:expr, $ask:expr, $network:ident.$method:ident, [$points:expr $(, $argument:expr)*]) => {{
        let network = $crate::support::data::with_biases($network::glorot_normal(7));
        let points = &$points[..];
        let mut workspace = $network::workspace();
        $session.measure(&network, &$case.batch(points.len()), $ask, &mut || {
            let points = ::std::hint::black_box(points);
            let done = network.$method(&mut workspace, points, $($argument),*);
            ::std::hint::black_box(done.is_ok());
        });
    }};
}
pub(crate) use measure_sums;

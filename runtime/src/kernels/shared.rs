//! What is the same in every network, compiled in this crate for each scalar and instruction set.
//!
//! Rustc compiles a generic function in each crate that calls it. So what transfers points and results would cost every crate that
//! has a network of its own: a seventh of its instructions. Functions of [`Shared`] are not generic, and they are compiled with
//! this crate.

use pulp::Scalar128b;

use crate::lanes::Isa;

use super::columns::UnpackColumns;
use super::points::Store;
use super::relayout::Copy;
use super::rows::{Pack, Unpack};
use super::totals::AddLanes;
use super::transfer::PackWeights;

macro_rules! shared {
    ($($name:ident $operation:ident $does:literal)*) => {
        /// Operations on scalars `T` that know no network, as functions of an instruction set.
        pub trait Shared<T> {$(
            #[doc = $does]
            fn $name(self, operation: $operation<'_, T>);
        )*}

        macro_rules! compiled {
            ($simd:ty, $scalar:ty) => {
                impl Shared<$scalar> for $simd {$(
                    #[inline(never)]
                    fn $name(self, operation: $operation<'_, $scalar>) {
                        self.apart(operation);
                    }
                )*}
            };
        }
    };
}

shared! {
    pack Pack "Puts points of a caller into a block."
    unpack Unpack "Takes results out of a block."
    pack_weights PackWeights "Puts weights of points into a block."
    unpack_columns UnpackColumns "Takes derivatives out of a block into columns."
    copy Copy "Lays out a tensor of points anew."
    store Store "Stores results that are pending."
    add_lanes AddLanes "Adds up lanes."
}

macro_rules! instruction_sets {
    ($($(#[$where:meta])? $simd:ty,)*) => {$(
        $(#[$where])?
        compiled!($simd, f32);
        $(#[$where])?
        compiled!($simd, f64);
    )*};
}

instruction_sets! {
    Scalar128b,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    pulp::x86::V3,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    pulp::x86::V4,
    #[cfg(target_arch = "aarch64")]
    pulp::aarch64::Neon,
}

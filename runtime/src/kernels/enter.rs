//! Into the lanes: an operation on a scalar runs on the instruction set of this call.

use pulp::{Simd, WithSimd};

use crate::lanes::{Lanes, Real};

use super::contraction::Isa;

/// Work that is compiled for every instruction set that has kernels for `T`.
pub trait WithIsa<T: Real> {
    /// Runs it.
    fn with_isa<S: Isa<T>>(self, simd: S);
}

struct On<Op, S, T> {
    op: Op,
    simd: S,
    scalar: core::marker::PhantomData<T>,
}

impl<T: Real, S: Isa<T>, Op: WithIsa<T>> WithSimd for On<Op, S, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        self.op.with_isa(self.simd);
    }
}

/// A scalar with kernels.
pub trait Enter: Real {
    /// Runs `op` on the widest lanes, or on those of [`with_lanes`](crate::with_lanes).
    fn enter<Op: WithIsa<Self>>(op: Op);
}

macro_rules! enter {
    ($($scalar:ident)*) => {$(
        impl Enter for $scalar {
            #[inline(always)]
            fn enter<Op: WithIsa<Self>>(op: Op) {
                macro_rules! on {
                    ($simd:expr) => {{
                        let simd = $simd;
                        return Simd::vectorize(simd, On { op, simd, scalar: core::marker::PhantomData::<$scalar> });
                    }};
                }
                match Lanes::current() {
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    Lanes::Avx512 => {
                        if let Some(simd) = pulp::x86::V4::try_new() {
                            on!(simd);
                        }
                    }
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    Lanes::Avx2 => {
                        if let Some(simd) = pulp::x86::V3::try_new() {
                            on!(simd);
                        }
                    }
                    #[cfg(target_arch = "aarch64")]
                    Lanes::Neon => {
                        if let Some(simd) = pulp::aarch64::Neon::try_new() {
                            on!(simd);
                        }
                    }
                    _ => {}
                }
                on!(pulp::Scalar::new())
            }
        }
    )*};
}

enter!(f32 f64);

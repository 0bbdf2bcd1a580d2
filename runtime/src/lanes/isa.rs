//! Instruction sets as types: functions compiled for one of them, apart from their callers.

use pulp::{Scalar128b, Simd};

use crate::kernels::{Contraction, Memory, Places, Shared};

use super::Real;

/// Code to be run with the instructions of some set.
///
/// `run` must be inlinable (`#[inline(always)]` all the way down, no closures), else it loses the instruction set.
pub trait OnLanes {
    /// What it returns.
    type Output;

    /// Runs it; `simd` proves that the machine has the instructions.
    fn run<S: Isa>(self, simd: S) -> Self::Output;
}

/// An instruction set that can compile a function for itself.
pub trait Isa: Simd + Shared<f32> + Shared<f64> {
    /// Runs `op` in a function of its own, compiled with these instructions and never inlined: one call, and one copy for all
    /// callers.
    fn apart<Op: OnLanes>(self, op: Op) -> Op::Output;

    /// Runs a contraction in the tiles that fit the registers.
    fn contraction<
        C: Contraction,
        At: Places,
        T: Real,
        const P: usize,
        const H: usize,
        const B: usize,
        const R: usize,
    >(
        memory: &Memory<'_, T, Self, P, H, B, R>,
    );
}

macro_rules! tiles {
    ($tiles:ident) => {
        #[inline(always)]
        fn contraction<
            C: Contraction,
            At: Places,
            T: Real,
            const P: usize,
            const H: usize,
            const B: usize,
            const R: usize,
        >(
            memory: &Memory<'_, T, Self, P, H, B, R>,
        ) {
            C::$tiles::<At, T, Self, P, H, B, R>(memory);
        }
    };
}

impl Isa for Scalar128b {
    #[inline(never)]
    fn apart<Op: OnLanes>(self, op: Op) -> Op::Output {
        op.run(self)
    }

    tiles!(narrowest);
}

/// Implements [`Isa`] by a function with target features. Rustc forgets `inline(never)` on such a function, and LLVM inlines what
/// has one caller: that makes few functions of many, whose compile time grows faster than they do. So the function is called
/// through a pointer that the compiler cannot look through: an empty instruction "changes" it.
macro_rules! isa {
    ($simd:ty, $tiles:ident, $features:literal) => {
        impl Isa for $simd {
            #[inline(always)]
            fn apart<Op: OnLanes>(self, op: Op) -> Op::Output {
                #[target_feature(enable = $features)]
                fn compiled<Op: OnLanes>(simd: $simd, op: Op) -> Op::Output {
                    op.run(simd)
                }
                let mut function: unsafe fn($simd, Op) -> Op::Output = compiled::<Op>;
                // SAFETY: there is no instruction; the pointer stays what it is. A value of this type is made only where the
                // machine has all of the features.
                unsafe {
                    core::arch::asm!("/* {} */", inout(reg) function, options(nostack, preserves_flags));
                    function(self, op)
                }
            }

            tiles!($tiles);
        }
    };
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
isa!(
    pulp::x86::V3,
    narrow,
    "sse,sse2,fxsr,sse3,ssse3,sse4.1,sse4.2,popcnt,avx,avx2,bmi1,bmi2,fma,lzcnt"
);
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
isa!(
    pulp::x86::V4,
    wide,
    "sse,sse2,fxsr,sse3,ssse3,sse4.1,sse4.2,popcnt,avx,avx2,bmi1,bmi2,fma,lzcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
);
#[cfg(target_arch = "aarch64")]
isa!(pulp::aarch64::Neon, narrowest, "neon");

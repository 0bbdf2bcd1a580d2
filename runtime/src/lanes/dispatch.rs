//! From an operation to its result on the lanes of this machine.
//!
//! One thread-local read and one cached detection a call, no allocation; an override is per thread, so a test that asks for
//! scalar lanes does not disturb another one.

use core::cell::Cell;
use core::fmt;

use pulp::Scalar128b;

use super::isa::{Isa, OnLanes};

/// An instruction set, narrowest first.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lanes {
    /// Plain arithmetic on 2 numbers of `f64` or 4 of `f32`, which on x86 is SSE2, without fused multiply-adds: the same result on every
    /// machine.
    Scalar,
    /// 128 bits: 2 lanes of `f64`, 4 of `f32` (AArch64).
    Neon,
    /// 256 bits: 4 lanes of `f64`, 8 of `f32` (x86 with AVX2 and FMA).
    Avx2,
    /// 512 bits: 8 lanes of `f64`, 16 of `f32` (x86 with AVX-512 F, BW, CD, DQ and VL).
    Avx512,
}

const ALL: [Lanes; 4] = [Lanes::Scalar, Lanes::Neon, Lanes::Avx2, Lanes::Avx512];

thread_local! {
    /// What [`with_lanes`] asked for, already narrowed to what the machine has.
    static OVERRIDE: Cell<Option<Lanes>> = const { Cell::new(None) };
}

impl Lanes {
    /// The lanes of this machine, scalar first, widest last.
    pub fn available() -> impl Iterator<Item = Lanes> {
        ALL.into_iter().filter(|lanes| lanes.is_available())
    }

    /// The lanes that [`dispatch()`] uses on this thread now: those of the innermost [`with_lanes`], or the widest.
    #[inline]
    pub fn current() -> Lanes {
        match OVERRIDE.get() {
            Some(lanes) => lanes,
            None => Lanes::widest(),
        }
    }

    /// Whether this machine has these lanes.
    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            Lanes::Scalar => true,
            #[cfg(target_arch = "aarch64")]
            Lanes::Neon => pulp::aarch64::Neon::is_available(),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Lanes::Avx2 => pulp::x86::V3::is_available(),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Lanes::Avx512 => pulp::x86::V4::is_available(),
            #[allow(
                unreachable_patterns,
                reason = "which arms exist depends on the target"
            )]
            _ => false,
        }
    }

    /// Whether [`with_lanes`] has chosen those of this thread.
    #[inline]
    pub(crate) fn are_chosen() -> bool {
        OVERRIDE.get().is_some()
    }

    #[inline]
    fn widest() -> Lanes {
        Lanes::Avx512.or_narrower()
    }

    /// These lanes, or the widest available ones that are narrower.
    #[inline]
    fn or_narrower(self) -> Lanes {
        let mut lanes = self;
        while !lanes.is_available() {
            lanes = match lanes {
                Lanes::Avx512 => Lanes::Avx2,
                Lanes::Avx2 => Lanes::Neon,
                Lanes::Neon | Lanes::Scalar => Lanes::Scalar,
            };
        }
        lanes
    }
}

impl fmt::Display for Lanes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Lanes::Scalar => "scalar",
            Lanes::Neon => "NEON",
            Lanes::Avx2 => "AVX2",
            Lanes::Avx512 => "AVX-512",
        })
    }
}

/// Runs `f` with `lanes` as the lanes of this thread, and restores the former ones afterwards, also on unwinding. Calls nest.
///
/// Lanes that this machine lacks give way to the widest available narrower ones: `with_lanes(Lanes::Avx512, f)` is AVX2 on
/// a machine without AVX-512, and `with_lanes(Lanes::Neon, f)` is scalar on x86.
///
/// Sums associate differently on different lanes, so results may differ in the last digits; [`Lanes::Scalar`] gives the same
/// bits on every machine, but for sines and cosines beyond 32,768 (`f32`: 1,024), which are the platform's.
pub fn with_lanes<R>(lanes: Lanes, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Lanes>);
    impl Drop for Restore {
        fn drop(&mut self) {
            OVERRIDE.set(self.0);
        }
    }
    let _restore = Restore(OVERRIDE.replace(Some(lanes.or_narrower())));
    f()
}

/// Runs `op` on [`Lanes::current`], compiled for that instruction set.
#[inline(always)]
pub fn dispatch<Op: OnLanes>(op: Op) -> Op::Output {
    match Lanes::current() {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Lanes::Avx512 => match pulp::x86::V4::try_new() {
            Some(simd) => simd.apart(op),
            None => Scalar128b.apart(op),
        },
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Lanes::Avx2 => match pulp::x86::V3::try_new() {
            Some(simd) => simd.apart(op),
            None => Scalar128b.apart(op),
        },
        #[cfg(target_arch = "aarch64")]
        Lanes::Neon => match pulp::aarch64::Neon::try_new() {
            Some(simd) => simd.apart(op),
            None => Scalar128b.apart(op),
        },
        _ => Scalar128b.apart(op),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Width;

    impl OnLanes for Width {
        type Output = usize;
        #[inline(always)]
        fn run<S: Isa>(self, _: S) -> usize {
            S::F64_LANES
        }
    }

    #[test]
    fn overrides_nest_and_are_restored() {
        let widest = Lanes::available().last().unwrap();
        assert_eq!(Lanes::available().next(), Some(Lanes::Scalar));
        assert_eq!(Lanes::current(), widest);
        with_lanes(Lanes::Scalar, || {
            assert_eq!(dispatch(Width), 2);
            with_lanes(widest, || assert_eq!(Lanes::current(), widest));
            assert_eq!(Lanes::current(), Lanes::Scalar);
        });
        assert_eq!(Lanes::current(), widest);
    }

    #[test]
    fn an_override_is_restored_on_unwinding() {
        let before = Lanes::current();
        let unwound = std::panic::catch_unwind(|| {
            with_lanes(Lanes::Scalar, || std::panic::resume_unwind(Box::new(())))
        });
        assert!(unwound.is_err());
        assert_eq!(Lanes::current(), before);
    }

    #[test]
    fn lanes_the_machine_lacks_give_way_to_narrower_ones() {
        for lanes in ALL {
            let used = with_lanes(lanes, Lanes::current);
            assert!(used.is_available());
            assert!(
                !lanes.is_available() || used == lanes,
                "{lanes} is available, but {used} was used"
            );
        }
    }

    #[test]
    fn every_available_lane_width_is_what_it_says() {
        for lanes in Lanes::available() {
            let width = match lanes {
                Lanes::Scalar | Lanes::Neon => 2,
                Lanes::Avx2 => 4,
                Lanes::Avx512 => 8,
            };
            assert_eq!(with_lanes(lanes, || dispatch(Width)), width, "{lanes}");
        }
    }
}

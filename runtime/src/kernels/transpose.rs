//! Rows become columns, within registers.

#[cfg(target_arch = "x86")]
use core::arch::x86::{__m256, __m256d, __m512, __m512d};
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::{__m256, __m256d, __m512, __m512d};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use core::{any::TypeId, mem::transmute_copy};

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use crate::lanes::{Isa, Real};

/// The most lanes of a scalar: a square of lanes has at most so many rows.
pub(super) const MOST_LANES: usize = 16;

/// A square of lanes; where there are fewer, the last rows are not used.
pub(super) type Square<T, S> = [<T as Real>::Vector<S>; MOST_LANES];

/// Statements for each row below `count`, with its number as a constant. A loop would do, but LLVM unrolls it too late: rows that were
/// once indexed by a variable stay in memory.
macro_rules! each_row {
    ($i:ident below $count:expr => $body:block) => {
        each_row!(@ $i below $count => $body; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    };
    (@ $i:ident below $count:expr => $body:block; $($row:literal)*) => {
        $(if $row < $count {
            let $i: usize = $row;
            $body
        })*
    };
}
pub(super) use each_row;

/// Rows `2 i` and `2 i + 1` become the numbers of both in turn: of the lower and of the upper halves of lanes of 128 bits.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
macro_rules! pairs {
    ($rows:ident below $count:expr, $isa:ident.$low:ident, $_isa:ident.$high:ident) => {
        each_row!(@ i below $count => {
            let [a, b] = [$rows[2 * i], $rows[2 * i + 1]];
            [$rows[2 * i], $rows[2 * i + 1]] = [$isa.$low(a, b), $isa.$high(a, b)];
        }; 0 1 2 3 4 5 6 7);
    };
}

/// The same of pairs of singles, of four rows at a time: row `4 i + j` is then the numbers `j` of each lane of 128 bits.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
macro_rules! pairs_of_pairs {
    ($rows:ident below $count:expr, $isa:ident.$low:ident, $_isa:ident.$high:ident) => {
        each_row!(@ i below $count => {
            let [a, b, c, d] = [$rows[4 * i], $rows[4 * i + 1], $rows[4 * i + 2], $rows[4 * i + 3]];
            [$rows[4 * i], $rows[4 * i + 1]] = [$isa.$low(a, c), $isa.$high(a, c)];
            [$rows[4 * i + 2], $rows[4 * i + 3]] = [$isa.$low(b, d), $isa.$high(b, d)];
        }; 0 1 2 3);
    };
}

/// Of four rows `by` apart, the first, second, .. lanes of 128 bits become a row.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
macro_rules! quarters {
    ($rows:ident by $by:literal, $isa:ident.$shuffle:ident; $($j:literal)*) => {$(
        let [a, b, c, d] = [$rows[$j], $rows[$by + $j], $rows[2 * $by + $j], $rows[3 * $by + $j]];
        let (even, odd) = ($isa.$shuffle::<EVEN_LANES>(a, b), $isa.$shuffle::<ODD_LANES>(a, b));
        let (evens, odds) = ($isa.$shuffle::<EVEN_LANES>(c, d), $isa.$shuffle::<ODD_LANES>(c, d));
        $rows[$j] = $isa.$shuffle::<EVEN_LANES>(even, evens);
        $rows[$by + $j] = $isa.$shuffle::<EVEN_LANES>(odd, odds);
        $rows[2 * $by + $j] = $isa.$shuffle::<ODD_LANES>(even, evens);
        $rows[3 * $by + $j] = $isa.$shuffle::<ODD_LANES>(odd, odds);
    )*};
}

/// Of two rows `by` apart, the first and the second lanes of 128 bits become a row.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
macro_rules! halves {
    ($rows:ident by $by:literal, $isa:ident.$permute:ident; $($j:literal)*) => {$(
        let [a, b] = [$rows[$j], $rows[$by + $j]];
        $rows[$j] = $isa.$permute::<LOW_HALVES>(a, b);
        $rows[$by + $j] = $isa.$permute::<HIGH_HALVES>(a, b);
    )*};
}

/// `count` rows, a power of two, as one sequence of numbers whose index is rotated by so many bits.
///
/// A number's index is that of its row, then that of its lane. Rotated by the bits of the former, what was a row for each
/// entry is the entries of one lane after those of another; rotated by the bits of the latter, it is so again.
#[inline(always)]
pub(super) fn rotate<T: Real, S: Isa>(
    simd: S,
    mut rows: Square<T, S>,
    count: usize,
    bits: u32,
) -> Square<T, S> {
    let half = count / 2;
    each_row!(@ _bit below bits as usize => {
        let before = rows;
        each_row!(@ i below half => {
            [rows[2 * i], rows[2 * i + 1]] =
                interleave::<T, S>(simd, before[i], before[i + half]);
        }; 0 1 2 3 4 5 6 7);
    }; 0 1 2 3);
    rows
}

/// A square of as many rows as there are lanes, its rows as columns.
///
/// The same as [`rotate`] by all bits of a lane, by cheaper instructions, of AVX2 half as many: numbers change places within lanes of 128 bits
/// first, then these as a whole.
#[inline(always)]
pub(super) fn transpose<T: Real, S: Isa>(simd: S, rows: Square<T, S>) -> Square<T, S> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: `S` and `T` are what they are compared with, and so rows are registers of that; a register is plain numbers.
    unsafe {
        let double = TypeId::of::<T>() == TypeId::of::<f64>();
        if TypeId::of::<S>() == TypeId::of::<V4>() {
            let isa = transmute_copy::<S, V4>(&simd).avx512f;
            let mut columns: [__m512d; MOST_LANES] = transmute_copy(&rows);
            if double {
                pairs!(columns below 4, isa._mm512_unpacklo_pd, isa._mm512_unpackhi_pd);
                quarters!(columns by 2, isa._mm512_shuffle_f64x2; 0 1);
            } else {
                let mut singles: [__m512; MOST_LANES] = transmute_copy(&rows);
                pairs!(singles below 8, isa._mm512_unpacklo_ps, isa._mm512_unpackhi_ps);
                columns = transmute_copy(&singles);
                pairs_of_pairs!(columns below 4, isa._mm512_unpacklo_pd, isa._mm512_unpackhi_pd);
                quarters!(columns by 4, isa._mm512_shuffle_f64x2; 0 1 2 3);
            }
            return transmute_copy(&columns);
        }
        if TypeId::of::<S>() == TypeId::of::<V3>() {
            let isa = transmute_copy::<S, V3>(&simd).avx;
            let mut columns: [__m256d; MOST_LANES] = transmute_copy(&rows);
            if double {
                pairs!(columns below 2, isa._mm256_unpacklo_pd, isa._mm256_unpackhi_pd);
                halves!(columns by 2, isa._mm256_permute2f128_pd; 0 1);
            } else {
                let mut singles: [__m256; MOST_LANES] = transmute_copy(&rows);
                pairs!(singles below 4, isa._mm256_unpacklo_ps, isa._mm256_unpackhi_ps);
                columns = transmute_copy(&singles);
                pairs_of_pairs!(columns below 2, isa._mm256_unpacklo_pd, isa._mm256_unpackhi_pd);
                halves!(columns by 4, isa._mm256_permute2f128_pd; 0 1 2 3);
            }
            return transmute_copy(&columns);
        }
    }
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    rotate::<T, S>(simd, rows, lanes, lanes.trailing_zeros())
}

/// The sums of the lanes of as many rows as there are lanes, in their order: each step halves the rows, and adds.
#[inline(always)]
pub(super) fn sums_of_lanes<T: Real, S: Isa>(simd: S, mut rows: Square<T, S>) -> T::Vector<S> {
    let mut count = size_of::<T::Vector<S>>() / size_of::<T>();
    while count > 1 {
        count /= 2;
        let mut i = 0;
        while i < count {
            let [low, high] = interleave::<T, S>(simd, rows[i], rows[i + count]);
            rows[i] = T::add(simd, low, high);
            i += 1;
        }
    }
    rows[0]
}

/// Which lanes of 128 bits of two vectors are joined.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const EVEN_LANES: i32 = 0b10_00_10_00;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const ODD_LANES: i32 = 0b11_01_11_01;
/// Which halves of two vectors are joined.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const LOW_HALVES: i32 = 0x20;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const HIGH_HALVES: i32 = 0x31;

/// Where [`interleave`] finds the numbers of its two results, in `a` and behind it in `b`.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const LOW_AND_HIGH_DOUBLES: [[u64; 8]; 2] =
    [[0, 8, 1, 9, 2, 10, 3, 11], [4, 12, 5, 13, 6, 14, 7, 15]];
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
const LOW_AND_HIGH_SINGLES: [[u32; 16]; 2] = [
    [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23],
    [8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31],
];

/// The numbers of two vectors in turn: `a0 b0 a1 b1 ..`.
#[inline(always)]
fn interleave<T: Real, S: Isa>(simd: S, a: T::Vector<S>, b: T::Vector<S>) -> [T::Vector<S>; 2] {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: `S` and `T` are what they are compared with, and so the vectors are registers of that.
    unsafe {
        let (a, b) = (&a, &b);
        let double = TypeId::of::<T>() == TypeId::of::<f64>();
        if TypeId::of::<S>() == TypeId::of::<V4>() {
            let isa = transmute_copy::<S, V4>(&simd).avx512f;
            if double {
                let [low, high]: [_; 2] = transmute_copy(&LOW_AND_HIGH_DOUBLES);
                let (a, b) = (transmute_copy(a), transmute_copy(b));
                let pair = [
                    isa._mm512_permutex2var_pd(a, low, b),
                    isa._mm512_permutex2var_pd(a, high, b),
                ];
                return transmute_copy(&pair);
            }
            let [low, high]: [_; 2] = transmute_copy(&LOW_AND_HIGH_SINGLES);
            let (a, b) = (transmute_copy(a), transmute_copy(b));
            let pair = [
                isa._mm512_permutex2var_ps(a, low, b),
                isa._mm512_permutex2var_ps(a, high, b),
            ];
            return transmute_copy(&pair);
        }
        if TypeId::of::<S>() == TypeId::of::<V3>() {
            let isa = transmute_copy::<S, V3>(&simd).avx;
            if double {
                let (a, b) = (transmute_copy(a), transmute_copy(b));
                let (even, odd) = (isa._mm256_unpacklo_pd(a, b), isa._mm256_unpackhi_pd(a, b));
                let pair = [
                    isa._mm256_permute2f128_pd::<LOW_HALVES>(even, odd),
                    isa._mm256_permute2f128_pd::<HIGH_HALVES>(even, odd),
                ];
                return transmute_copy(&pair);
            }
            let (a, b) = (transmute_copy(a), transmute_copy(b));
            let (even, odd) = (isa._mm256_unpacklo_ps(a, b), isa._mm256_unpackhi_ps(a, b));
            let pair = [
                isa._mm256_permute2f128_ps::<LOW_HALVES>(even, odd),
                isa._mm256_permute2f128_ps::<HIGH_HALVES>(even, odd),
            ];
            return transmute_copy(&pair);
        }
    }
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let (mut first, mut second) = ([T::ZERO; MOST_LANES], [T::ZERO; MOST_LANES]);
    let mut both = [T::ZERO; 2 * MOST_LANES];
    // SAFETY: sixteen numbers are at least a vector of any instruction set.
    unsafe {
        T::store(simd, first.as_mut_ptr(), a);
        T::store(simd, second.as_mut_ptr(), b);
        let mut lane = 0;
        while lane < lanes {
            both[2 * lane] = first[lane];
            both[2 * lane + 1] = second[lane];
            lane += 1;
        }
        [
            T::load(simd, both.as_ptr()),
            T::load(simd, both.as_ptr().wrapping_add(lanes)),
        ]
    }
}

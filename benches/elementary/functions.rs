//! Functions as types, of one argument and of some results; the families of the library.

use derive_network::elementary::{
    Elementary, error_function, exponential, hyperbolic, ln_1p, logarithm, logistic, normal,
    trigonometric,
};
use derive_network::lanes::{Isa, OnLanes, dispatch};

/// `N` results of one argument.
pub trait Function<const N: usize> {
    fn apply<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> [T::Vector<S>; N];
}

/// Types from results of a vector of arguments.
macro_rules! functions {
    ($($function:ident $count:literal: |$t:ident, $simd:ident, $v:ident| $results:expr;)+) => {
        $(
            pub struct $function;
            impl Function<$count> for $function {
                #[inline(always)]
                fn apply<$t: Elementary, S: Isa>($simd: S, $v: $t::Vector<S>) -> [$t::Vector<S>; $count] {
                    $results
                }
            }
        )+
    };
}

functions! {
    Exponential 2: |T, simd, v| {
        let g = exponential::<T, S>(simd, v);
        [g.exp, g.expm1]
    };
    Logarithm 1: |T, simd, v| [logarithm::<T, S>(simd, v)];
    Ln1p 1: |T, simd, v| [ln_1p::<T, S>(simd, v)];
    Logistic 4: |T, simd, v| {
        let g = logistic::<T, S>(simd, v);
        [g.softplus, g.sigmoid, g.slope, g.skew]
    };
    Hyperbolic 3: |T, simd, v| {
        let g = hyperbolic::<T, S>(simd, v);
        [g.log_cosh2, g.tanh, g.sech_squared]
    };
    Trigonometric 2: |T, simd, v| {
        let g = trigonometric::<T, S>(simd, v);
        [g.sin, g.cos]
    };
    Normal 2: |T, simd, v| {
        let g = normal::<T, S>(simd, v);
        [g.cdf, g.pdf]
    };
    ErrorFunction 2: |T, simd, v| {
        let g = error_function::<T, S>(simd, v);
        [g.erf, g.slope]
    };
}

/// The results of each argument in one array a result, on the current lanes. Whole vectors only.
pub fn evaluate<F: Function<N>, T: Elementary, const N: usize>(
    arguments: &[T],
    results: &mut [&mut [T]; N],
) {
    dispatch(Evaluate::<F, T, N> {
        arguments,
        results,
        function: std::marker::PhantomData,
    });
}

struct Evaluate<'a, 'b, F, T, const N: usize> {
    arguments: &'a [T],
    results: &'a mut [&'b mut [T]; N],
    function: std::marker::PhantomData<F>,
}

impl<F: Function<N>, T: Elementary, const N: usize> OnLanes for Evaluate<'_, '_, F, T, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let (lanes, count) = (T::lanes::<S>(), self.arguments.len());
        assert!(count.is_multiple_of(lanes));
        let mut writes = [std::ptr::null_mut(); N];
        let mut r = 0;
        while r < N {
            assert!(self.results[r].len() == count);
            writes[r] = self.results[r].as_mut_ptr();
            r += 1;
        }
        let mut index = 0;
        while index < count {
            // SAFETY: a whole vector is left of the arguments, and each result is as long.
            let v = unsafe { T::load(simd, self.arguments.as_ptr().add(index)) };
            let results = F::apply::<T, S>(simd, v);
            r = 0;
            while r < N {
                // SAFETY: the same.
                unsafe { T::store(simd, writes[r].add(index), results[r]) };
                r += 1;
            }
            index += lanes;
        }
    }
}

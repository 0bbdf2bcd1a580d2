//! The functions as types: of a vector of arguments, a value, or a value with its first two derivatives as generated code has them.

use derive_network::elementary::{
    Elementary, exp, expm1, hyperbolic, ln_1p, logarithm, logistic, normal, trigonometric,
};
use derive_network::lanes::{Isa, OnLanes, dispatch};

/// `N` results of one argument.
pub trait Function<const N: usize> {
    const NAME: &'static str;
    fn apply<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> [T::Vector<S>; N];
}

macro_rules! functions {
    ($($function:ident $name:literal $count:literal: |$t:ident, $simd:ident, $v:ident| $results:expr;)+) => {
        $(
            pub struct $function;
            impl Function<$count> for $function {
                const NAME: &'static str = $name;
                #[inline(always)]
                fn apply<$t: Elementary, S: Isa>($simd: S, $v: $t::Vector<S>) -> [$t::Vector<S>; $count] {
                    $results
                }
            }
        )+
    };
}

functions! {
    Exp "exp" 1: |T, simd, v| [exp::<T, S>(simd, v)];
    Expm1 "expm1" 1: |T, simd, v| [expm1::<T, S>(simd, v)];
    Logarithm "ln" 1: |T, simd, v| [logarithm::<T, S>(simd, v)];
    Ln1p "ln_1p" 1: |T, simd, v| [ln_1p::<T, S>(simd, v)];
    Sigmoid "sigmoid" 1: |T, simd, v| [logistic::<T, S>(simd, v).sigmoid];
    Softplus "softplus" 1: |T, simd, v| [logistic::<T, S>(simd, v).softplus];
    Tanh "tanh" 1: |T, simd, v| [hyperbolic::<T, S>(simd, v).tanh];
    LogCosh2 "ln(2 cosh)" 1: |T, simd, v| [hyperbolic::<T, S>(simd, v).log_cosh2];
    Sin "sin" 1: |T, simd, v| [trigonometric::<T, S>(simd, v).sin];
    Cos "cos" 1: |T, simd, v| [trigonometric::<T, S>(simd, v).cos];
    NormalCdf "normal cdf" 1: |T, simd, v| [normal::<T, S>(simd, v).cdf];
    SigmoidTower "sigmoid, ', ''" 3: |T, simd, v| {
        let g = logistic::<T, S>(simd, v);
        [g.sigmoid, g.slope, T::mul(simd, g.slope, g.skew)]
    };
    SoftplusTower "softplus, ', ''" 3: |T, simd, v| {
        let g = logistic::<T, S>(simd, v);
        [g.softplus, g.sigmoid, g.slope]
    };
    TanhTower "tanh, ', ''" 3: |T, simd, v| {
        let g = hyperbolic::<T, S>(simd, v);
        let twice = T::mul(simd, g.sech_squared, T::literal(simd, -2.0));
        [g.tanh, g.sech_squared, T::mul(simd, twice, g.tanh)]
    };
    LogCosh2Tower "ln(2 cosh), ', ''" 3: |T, simd, v| {
        let g = hyperbolic::<T, S>(simd, v);
        [g.log_cosh2, g.tanh, g.sech_squared]
    };
    SinTower "sin, ', ''" 3: |T, simd, v| {
        let g = trigonometric::<T, S>(simd, v);
        [g.sin, g.cos, T::neg(simd, g.sin)]
    };
    GeluTower "gelu, ', ''" 3: |T, simd, v| {
        let g = normal::<T, S>(simd, v);
        let square = T::mul(simd, v, v);
        [
            T::mul(simd, v, g.cdf),
            T::mul_add(simd, v, g.pdf, g.cdf),
            T::mul(simd, T::sub(simd, T::literal(simd, 2.0), square), g.pdf),
        ]
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

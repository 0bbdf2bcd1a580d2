//! The way out of the hot code for vectors with a rare argument: through memory into one function a family and instruction
//! set, so that clamps, and exponents below the normal range, cost the usual case one test. With eight lanes of `f64`, in place.

/// Defines `$rare`: what `$whole` does, entered through memory.
macro_rules! out_of_line {
    ($rare:ident: $whole:ident -> $generators:ident { $($generator:ident),+ }) => {
        #[inline(always)]
        fn $rare<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> $generators<T::Vector<S>> {
            struct Memory<'a, T> {
                v: &'a [T; MOST_LANES],
                $($generator: &'a mut [T; MOST_LANES],)+
            }

            impl<T: Elementary> OnLanes for Memory<'_, T> {
                type Output = ();

                #[inline(always)]
                fn run<S: Isa>(self, simd: S) {
                    // SAFETY: every array holds as many numbers as there are lanes, or more.
                    let v = unsafe { T::load(simd, self.v.as_ptr()) };
                    let generators = $whole::<T, S>(simd, v);
                    // SAFETY: the same.
                    $(unsafe { T::store(simd, self.$generator.as_mut_ptr(), generators.$generator) };)+
                }
            }

            const { assert!(T::MAX_LANES <= MOST_LANES) };
            core::hint::cold_path();
            // A call, though never made, would keep constants out of the registers: thirty-two of them hold them all.
            if const { size_of::<S::f64s>() == 64 } {
                return $whole::<T, S>(simd, v);
            }
            let mut arguments = [T::ZERO; MOST_LANES];
            $(let mut $generator = [T::ZERO; MOST_LANES];)+
            // SAFETY: the array holds as many numbers as there are lanes, or more.
            unsafe { T::store(simd, arguments.as_mut_ptr(), v) };
            simd.apart(Memory { v: &arguments, $($generator: &mut $generator),+ });
            $generators {
                // SAFETY: the same.
                $($generator: unsafe { T::load(simd, $generator.as_ptr()) }),+
            }
        }
    };
}

/// As many lanes as any scalar has on any instruction set.
pub(super) const MOST_LANES: usize = 16;

//! Slices with an entry for each point, which are split at a point together.

/// A slice, or several of one length.
pub trait Slices: Sized + Send {
    /// How many points there are.
    fn points(&self) -> usize;

    /// Those of the first points, and those of the others.
    ///
    /// # Panics
    /// If there are not as many points.
    fn split_at(self, points: usize) -> (Self, Self);
}

impl<T: Sync> Slices for &[T] {
    fn points(&self) -> usize {
        self.len()
    }

    fn split_at(self, points: usize) -> (Self, Self) {
        <[T]>::split_at(self, points)
    }
}

impl<T: Send> Slices for &mut [T] {
    fn points(&self) -> usize {
        self.len()
    }

    fn split_at(self, points: usize) -> (Self, Self) {
        self.split_at_mut(points)
    }
}

macro_rules! slices_of_tuples {
    ($($first:ident $($other:ident)*;)*) => {$(
        #[allow(non_snake_case, reason = "types and what has them go by the same letters")]
        impl<$first: Slices $(, $other: Slices)*> Slices for ($first, $($other,)*) {
            fn points(&self) -> usize {
                self.0.points()
            }

            fn split_at(self, points: usize) -> (Self, Self) {
                let ($first, $($other,)*) = self;
                let $first = $first.split_at(points);
                $(let $other = $other.split_at(points);)*
                (($first.0, $($other.0,)*), ($first.1, $($other.1,)*))
            }
        }
    )*};
}

// Points, given data, an operand, and at most three results.
slices_of_tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}

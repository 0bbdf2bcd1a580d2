//! A layer's part of the flat parameters in, nalgebra views of its weight and bias out.

use nalgebra::{Const, Dim, MatrixView, MatrixViewMut, Scalar, VectorView, VectorViewMut};

/// A dense layer of a network: its weight, of shape (O, I), and its bias if it has one.
///
/// I is a constant for a field of one layer, and known at run time for a field of several, whose first layer may
/// take another width than the rest.
#[derive(Clone, Copy, Debug)]
pub struct DenseView<'a, T, const O: usize, I: Dim, const BIAS: bool> {
    parameters: &'a [T],
    inputs: I,
}

/// The same, to write to.
#[derive(Debug)]
pub struct DenseViewMut<'a, T, const O: usize, I: Dim, const BIAS: bool> {
    parameters: &'a mut [T],
    inputs: I,
}

impl<'a, T: Scalar, const O: usize, I: Dim, const BIAS: bool> DenseView<'a, T, O, I, BIAS> {
    /// The layer with these parameters: its weight, then its bias.
    #[must_use]
    pub const fn new(parameters: &'a [T], inputs: I) -> Self {
        Self { parameters, inputs }
    }

    /// Its weight, of shape (O, I): what comes in is multiplied from the right.
    #[must_use]
    pub fn weight(&self) -> MatrixView<'a, T, Const<O>, I> {
        MatrixView::from_slice_generic(
            &self.parameters[..O * self.inputs.value()],
            Const::<O>,
            self.inputs,
        )
    }
}

impl<'a, T: Scalar, const O: usize, I: Dim> DenseView<'a, T, O, I, true> {
    /// Its bias, of O numbers.
    #[must_use]
    pub fn bias(&self) -> VectorView<'a, T, Const<O>> {
        VectorView::from_slice_generic(
            &self.parameters[O * self.inputs.value()..],
            Const::<O>,
            Const::<1>,
        )
    }
}

impl<'a, T: Scalar, const O: usize, I: Dim, const BIAS: bool> DenseViewMut<'a, T, O, I, BIAS> {
    /// The layer with these parameters: its weight, then its bias.
    #[must_use]
    pub const fn new(parameters: &'a mut [T], inputs: I) -> Self {
        Self { parameters, inputs }
    }

    /// Its weight, of shape (O, I), to write to.
    #[must_use]
    pub fn weight_mut(&mut self) -> MatrixViewMut<'_, T, Const<O>, I> {
        let weight = &mut self.parameters[..O * self.inputs.value()];
        MatrixViewMut::from_slice_generic(weight, Const::<O>, self.inputs)
    }
}

impl<T: Scalar, const O: usize, I: Dim> DenseViewMut<'_, T, O, I, true> {
    /// Its bias, of O numbers, to write to.
    #[must_use]
    pub fn bias_mut(&mut self) -> VectorViewMut<'_, T, Const<O>> {
        let bias = &mut self.parameters[O * self.inputs.value()..];
        VectorViewMut::from_slice_generic(bias, Const::<O>, Const::<1>)
    }
}

/// A layer normalisation over N numbers: a scale and a shift for each.
#[derive(Clone, Copy, Debug)]
pub struct LayerNormView<'a, T, const N: usize> {
    parameters: &'a [T],
}

/// The same, to write to.
#[derive(Debug)]
pub struct LayerNormViewMut<'a, T, const N: usize> {
    parameters: &'a mut [T],
}

impl<'a, T: Scalar, const N: usize> LayerNormView<'a, T, N> {
    /// The layer with these parameters: its scale, then its shift.
    #[must_use]
    pub const fn new(parameters: &'a [T]) -> Self {
        Self { parameters }
    }

    /// Its scale, of N numbers.
    #[must_use]
    pub fn scale(&self) -> VectorView<'a, T, Const<N>> {
        VectorView::from_slice_generic(&self.parameters[..N], Const::<N>, Const::<1>)
    }

    /// Its shift, of N numbers.
    #[must_use]
    pub fn shift(&self) -> VectorView<'a, T, Const<N>> {
        VectorView::from_slice_generic(&self.parameters[N..], Const::<N>, Const::<1>)
    }
}

impl<'a, T: Scalar, const N: usize> LayerNormViewMut<'a, T, N> {
    /// The layer with these parameters: its scale, then its shift.
    #[must_use]
    pub const fn new(parameters: &'a mut [T]) -> Self {
        Self { parameters }
    }

    /// Its scale, of N numbers, to write to.
    #[must_use]
    pub fn scale_mut(&mut self) -> VectorViewMut<'_, T, Const<N>> {
        VectorViewMut::from_slice_generic(&mut self.parameters[..N], Const::<N>, Const::<1>)
    }

    /// Its shift, of N numbers, to write to.
    #[must_use]
    pub fn shift_mut(&mut self) -> VectorViewMut<'_, T, Const<N>> {
        VectorViewMut::from_slice_generic(&mut self.parameters[N..], Const::<N>, Const::<1>)
    }
}

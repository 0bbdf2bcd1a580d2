//! A convolution's part of the flat parameters in, its weight and bias out.

use nalgebra::{Const, Scalar, VectorView, VectorViewMut};

/// A convolution of a network along A axes of space: its weight, row-major of shape (O, channels, kernel..), and its bias
/// if it has one.
///
/// Channels are those of a group; they are known at run time, since the first layer of an array may take another number.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionView<'a, T, const O: usize, const A: usize, const BIAS: bool> {
    parameters: &'a [T],
    kernel: [usize; A],
}

/// The same, to write to.
#[derive(Debug)]
pub struct ConvolutionViewMut<'a, T, const O: usize, const A: usize, const BIAS: bool> {
    parameters: &'a mut [T],
    kernel: [usize; A],
}

/// How many parameters are weights.
const fn weights<const O: usize, const BIAS: bool>(parameters: usize) -> usize {
    if BIAS { parameters - O } else { parameters }
}

/// Where a weight lies.
#[track_caller]
fn position<const O: usize, const A: usize>(
    weights: usize,
    kernel: [usize; A],
    (output, channel): (usize, usize),
    place: [usize; A],
) -> usize {
    let window: usize = kernel.iter().product();
    let channels = weights / (O * window);
    let inside = place.iter().zip(&kernel).all(|(at, extent)| at < extent);
    assert!(
        output < O && channel < channels && inside,
        "no weight of output {output} for channel {channel} at {place:?}: the shape is ({O}, {channels}) with a kernel of {kernel:?}"
    );
    let within = place
        .iter()
        .zip(&kernel)
        .fold(0, |position, (at, extent)| position * extent + at);
    (output * channels + channel) * window + within
}

impl<'a, T: Scalar, const O: usize, const A: usize, const BIAS: bool>
    ConvolutionView<'a, T, O, A, BIAS>
{
    /// The layer with these parameters, its weight, then its bias, and this kernel.
    #[must_use]
    pub const fn new(parameters: &'a [T], kernel: [usize; A]) -> Self {
        Self { parameters, kernel }
    }

    /// Its weight, row-major: output by output, of each channel by channel, of each the kernel row by row.
    #[must_use]
    pub fn weight(&self) -> &'a [T] {
        &self.parameters[..weights::<O, BIAS>(self.parameters.len())]
    }
}

impl<T: Scalar + Copy, const O: usize, const BIAS: bool> ConvolutionView<'_, T, O, 1, BIAS> {
    /// The weight of an output for a channel of its group at a place of the kernel.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn weight_at(&self, output: usize, channel: usize, place: usize) -> T {
        let weight = self.weight();
        weight[position::<O, 1>(weight.len(), self.kernel, (output, channel), [place])]
    }
}

impl<T: Scalar + Copy, const O: usize, const BIAS: bool> ConvolutionView<'_, T, O, 2, BIAS> {
    /// The weight of an output for a channel of its group at a row and a column of the kernel.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn weight_at(&self, output: usize, channel: usize, row: usize, column: usize) -> T {
        let weight = self.weight();
        weight[position::<O, 2>(weight.len(), self.kernel, (output, channel), [row, column])]
    }
}

impl<'a, T: Scalar, const O: usize, const A: usize> ConvolutionView<'a, T, O, A, true> {
    /// Its bias, of O numbers.
    #[must_use]
    pub fn bias(&self) -> VectorView<'a, T, Const<O>> {
        let bias = &self.parameters[weights::<O, true>(self.parameters.len())..];
        VectorView::from_slice_generic(bias, Const::<O>, Const::<1>)
    }
}

impl<'a, T: Scalar, const O: usize, const A: usize, const BIAS: bool>
    ConvolutionViewMut<'a, T, O, A, BIAS>
{
    /// The layer with these parameters, its weight, then its bias, and this kernel.
    #[must_use]
    pub const fn new(parameters: &'a mut [T], kernel: [usize; A]) -> Self {
        Self { parameters, kernel }
    }

    /// Its weight, to write to, row-major: output by output, of each channel by channel, of each the kernel row by row.
    #[must_use]
    pub fn weight_mut(&mut self) -> &mut [T] {
        let weights = weights::<O, BIAS>(self.parameters.len());
        &mut self.parameters[..weights]
    }
}

impl<T: Scalar, const O: usize, const BIAS: bool> ConvolutionViewMut<'_, T, O, 1, BIAS> {
    /// The weight of an output for a channel of its group at a place of the kernel, to write to.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn weight_at_mut(&mut self, output: usize, channel: usize, place: usize) -> &mut T {
        let kernel = self.kernel;
        let weight = self.weight_mut();
        &mut weight[position::<O, 1>(weight.len(), kernel, (output, channel), [place])]
    }
}

impl<T: Scalar, const O: usize, const BIAS: bool> ConvolutionViewMut<'_, T, O, 2, BIAS> {
    /// The weight of an output for a channel of its group at a row and a column of the kernel, to write to.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn weight_at_mut(
        &mut self,
        output: usize,
        channel: usize,
        row: usize,
        column: usize,
    ) -> &mut T {
        let kernel = self.kernel;
        let weight = self.weight_mut();
        &mut weight[position::<O, 2>(weight.len(), kernel, (output, channel), [row, column])]
    }
}

impl<T: Scalar, const O: usize, const A: usize> ConvolutionViewMut<'_, T, O, A, true> {
    /// Its bias, of O numbers, to write to.
    #[must_use]
    pub fn bias_mut(&mut self) -> VectorViewMut<'_, T, Const<O>> {
        let weights = weights::<O, true>(self.parameters.len());
        VectorViewMut::from_slice_generic(&mut self.parameters[weights..], Const::<O>, Const::<1>)
    }
}

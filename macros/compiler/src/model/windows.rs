//! Layers whose windows slide over images and signals: convolutions and pooling.

use super::{Activation, Shape};

/// How windows lie along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many entries a window has.
    pub kernel: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Zeros before the axis and behind it.
    pub padding: usize,
    /// From one entry of a window to the next.
    pub dilation: usize,
}

/// A convolution in the sense of neural networks, a cross-correlation: of each window, the sum over its entries and the
/// channels of a group, weighted.
///
/// Its weight is row-major of shape (outputs, channels of a group, rows, columns), as in PyTorch's OIHW; its bias, one for
/// each output, follows.
#[derive(Clone, Debug)]
pub struct Convolution {
    /// How many channels come in.
    pub channels: usize,
    /// How many channels go out.
    pub outputs: usize,
    /// Into how many groups both are split; each output sees the channels of its group.
    pub groups: usize,
    /// The windows along each axis of space: one of a signal, two of an image.
    pub windows: Vec<Window>,
    /// Whether it adds a bias.
    pub bias: bool,
    /// Its activation.
    pub activation: Activation,
}

/// Of each window and channel, one number.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The windows along each axis of space.
    pub windows: Vec<Window>,
    /// Which number.
    pub reduction: Reduction,
}

/// What pooling makes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Its largest entry; padding is never it.
    Max,
    /// The mean of its entries; padding counts as zeros.
    Mean,
}

impl Default for Window {
    /// Of one entry, one after the other.
    fn default() -> Self {
        Self {
            kernel: 1,
            stride: 1,
            padding: 0,
            dilation: 1,
        }
    }
}

impl Window {
    /// How many entries of the axis a window spans.
    #[must_use]
    pub const fn reach(&self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// How many windows fit on an axis; none if it is too short.
    #[must_use]
    pub const fn positions(&self, extent: usize) -> usize {
        match (extent + 2 * self.padding).checked_sub(self.reach()) {
            Some(rest) => rest / self.stride + 1,
            None => 0,
        }
    }
}

impl Convolution {
    /// Extents of the weight: outputs, channels of a group, and the kernel.
    #[must_use]
    pub fn weight(&self) -> Vec<usize> {
        let kernel = self.windows.iter().map(|window| window.kernel);
        let channels = [self.outputs, self.channels / self.groups];
        channels.into_iter().chain(kernel).collect()
    }
}

impl Shape {
    /// Channels and the extents of space, of a signal or an image.
    #[must_use]
    pub fn channels_and_space(self) -> Option<(usize, Vec<usize>)> {
        match self {
            Self::Scalar | Self::Vector(_) => None,
            Self::Matrix(channels, length) => Some((channels, vec![length])),
            Self::Image(channels, rows, columns) => Some((channels, vec![rows, columns])),
        }
    }

    /// A signal or an image.
    #[must_use]
    pub fn of_channels(channels: usize, space: &[usize]) -> Option<Self> {
        match *space {
            [length] => Some(Self::Matrix(channels, length)),
            [rows, columns] => Some(Self::Image(channels, rows, columns)),
            _ => None,
        }
    }

    /// Extents with crosses: `3 x 7 x 5`.
    #[must_use]
    pub fn extents(self) -> String {
        crossed(&self.axes())
    }
}

/// Extents with crosses: `3 x 7 x 5`.
#[must_use]
pub fn crossed(extents: &[usize]) -> String {
    let extents: Vec<String> = extents.iter().map(usize::to_string).collect();
    extents.join(" x ")
}

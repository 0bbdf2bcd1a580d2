//! Windows and what comes into them go in, what goes out comes out, or why they do not fit.

use super::layers::DraftField;
use super::number::SIZE_LIMIT;
use super::options::DraftWindows;
use crate::diagnostics::{Diagnostic, Place, catalogue};
use crate::model::{Convolution, Pool, Reduction, Shape, Window};

/// A convolution as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftConvolution {
    /// Channels that go out; open if they were mistaken.
    pub outputs: Option<usize>,
    /// Open if they were mistaken.
    pub groups: Option<usize>,
    /// Where groups are written.
    pub groups_place: Place,
    /// Open if they were mistaken.
    pub windows: Option<DraftWindows>,
    /// How many axes of space it has.
    pub axes: usize,
    pub bias: bool,
}

/// Pooling as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftPool {
    pub reduction: Reduction,
    /// Open if they were mistaken.
    pub windows: Option<DraftWindows>,
    /// How many axes of space it has.
    pub axes: usize,
}

impl DraftConvolution {
    /// The shape of what goes out; open if something is unknown.
    pub fn fit(&self, field: &DraftField, input: Shape) -> Result<Option<Shape>, Diagnostic> {
        let (channels, space) = expect_space(field, self.axes, input)?;
        if let (Some(groups), Some(outputs)) = (self.groups, self.outputs) {
            for (what, count) in [("input", channels), ("output", outputs)] {
                if count % groups != 0 {
                    let at = self.groups_place;
                    return Err(catalogue::groups_do_not_divide(at, groups, what, count));
                }
            }
        }
        let space = slide(field, self.windows.as_ref(), channels, &space)?;
        match (self.outputs, space) {
            (Some(outputs), Some(space)) => of_channels(field, outputs, &space),
            _ => Ok(None),
        }
    }

    /// What it computes if so many channels come in.
    pub fn finish(&self, field: &DraftField, input: Shape) -> Option<Convolution> {
        Some(Convolution {
            channels: input.channels_and_space()?.0,
            outputs: self.outputs?,
            groups: self.groups?,
            windows: self.windows.clone()?.windows,
            bias: self.bias,
            activation: field.activation.clone()?,
        })
    }
}

impl DraftPool {
    /// The shape of what goes out; open if something is unknown.
    pub fn fit(&self, field: &DraftField, input: Shape) -> Result<Option<Shape>, Diagnostic> {
        let (channels, space) = expect_space(field, self.axes, input)?;
        let empty = |window: &&Window| window.padding >= window.kernel;
        if let Some(written) = &self.windows
            && let Some(window) = written.windows.iter().find(empty)
        {
            let at = written.place;
            return Err(catalogue::window_of_padding(
                at,
                window.kernel,
                window.padding,
            ));
        }
        let space = slide(field, self.windows.as_ref(), channels, &space)?;
        match space {
            Some(space) => of_channels(field, channels, &space),
            None => Ok(None),
        }
    }

    /// What it computes.
    pub fn finish(&self) -> Option<Pool> {
        Some(Pool {
            windows: self.windows.clone()?.windows,
            reduction: self.reduction,
        })
    }
}

/// Channels and space of what comes in, if it has so many axes of space.
fn expect_space(
    field: &DraftField,
    axes: usize,
    input: Shape,
) -> Result<(usize, Vec<usize>), Diagnostic> {
    let found = input.channels_and_space();
    found
        .filter(|(_, space)| space.len() == axes)
        .ok_or_else(|| catalogue::needs_space(&field.type_name, field.span, axes, input))
}

/// A signal or an image that is not too large.
fn of_channels(
    field: &DraftField,
    channels: usize,
    space: &[usize],
) -> Result<Option<Shape>, Diagnostic> {
    if !is_supported(channels, space) {
        let at = field.span.into();
        return Err(catalogue::shape_too_large(&field.type_name, at, SIZE_LIMIT));
    }
    Ok(Shape::of_channels(channels, space))
}

fn is_supported(channels: usize, space: &[usize]) -> bool {
    let mut extents = space.iter();
    let size = extents.try_fold(channels, |size, extent| size.checked_mul(*extent));
    size.is_some_and(|size| size <= SIZE_LIMIT)
}

/// The extents of space behind the windows; open if those are.
fn slide(
    field: &DraftField,
    written: Option<&DraftWindows>,
    channels: usize,
    space: &[usize],
) -> Result<Option<Vec<usize>>, Diagnostic> {
    let Some(written) = written else {
        return Ok(None);
    };
    let along = written.windows.iter().zip(space);
    let padded: Vec<usize> = along
        .map(|(axis, extent)| extent + 2 * axis.padding)
        .collect();
    if !is_supported(channels, &padded) {
        let at = written.place;
        return Err(catalogue::shape_too_large(&field.type_name, at, SIZE_LIMIT));
    }
    let along = written.windows.iter().zip(space);
    let behind: Vec<usize> = along
        .map(|(axis, extent)| axis.positions(*extent))
        .collect();
    if behind.contains(&0) {
        let windows = &written.windows;
        let beyond = catalogue::window_beyond(&field.type_name, written.place, windows, space);
        return Err(beyond);
    }
    Ok(Some(behind))
}

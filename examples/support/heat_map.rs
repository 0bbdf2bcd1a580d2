//! A function of two variables in, its heat map out.

use super::plot::{Area, Axes};
use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;

/// How many cells there are along each axis.
const CELLS: (u32, u32) = (120, 80);

/// The function at the centres of cells, blue for the least value of the range and red for the largest.
pub fn draw_heat_map(
    area: &Area,
    axes: &Axes,
    values: &Range<f64>,
    mut function: impl FnMut(f64, f64) -> f64,
) -> Result<(), Box<dyn Error>> {
    let (x, y) = (&axes.x.1, &axes.y.1);
    let mut chart = ChartBuilder::on(area)
        .caption(axes.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(x.clone(), y.clone())?;
    let at = |range: &Range<f64>, cell: f64, cells: u32| {
        range.start + (range.end - range.start) * cell / f64::from(cells)
    };
    let cells = (0..CELLS.0).flat_map(|i| (0..CELLS.1).map(move |j| (f64::from(i), f64::from(j))));
    chart.draw_series(cells.map(|(i, j)| {
        let corner = |i, j| (at(x, i, CELLS.0), at(y, j, CELLS.1));
        let (x, y) = corner(i + 0.5, j + 0.5);
        let part = (function(x, y) - values.start) / (values.end - values.start);
        Rectangle::new(
            [corner(i, j), corner(i + 1.0, j + 1.0)],
            color(part).filled(),
        )
    }))?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(axes.x.0)
        .y_desc(axes.y.0)
        .draw()?;
    Ok(())
}

/// From blue at 0 over white to red at 1.
fn color(part: f64) -> RGBColor {
    let away = 2.0 * part.clamp(0.0, 1.0) - 1.0;
    // A float becomes the nearest byte: `as` saturates.
    let byte = |fade: f64| (255.0 - 255.0 * fade * away.abs()).round() as u8;
    if away > 0.0 {
        RGBColor(byte(0.25), byte(0.85), byte(0.85))
    } else {
        RGBColor(byte(0.85), byte(0.7), byte(0.25))
    }
}

//! Data in, charts as an SVG file out: lines and dots over common axes, beside each other.

use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// The size of a chart in pixels.
pub const SIZE: (u32, u32) = (560, 420);

/// Where a chart is drawn.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What a chart says around its data.
pub struct Axes<'a> {
    pub title: &'a str,
    pub x: (&'a str, Range<f64>),
    pub y: (&'a str, Range<f64>),
}

/// A named row of points, joined or not.
pub struct Series<'a> {
    pub name: &'a str,
    pub points: Vec<(f64, f64)>,
    pub dots: bool,
}

/// A file with so many charts in a row, each drawn by its turn of the function.
pub fn draw(
    path: &Path,
    charts: usize,
    mut chart: impl FnMut(usize, &Area) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let width = SIZE.0 * u32::try_from(charts)?;
    let root = SVGBackend::new(path, (width, SIZE.1)).into_drawing_area();
    root.fill(&WHITE)?;
    for (place, area) in root.split_evenly((1, charts)).iter().enumerate() {
        chart(place, area)?;
    }
    root.present()?;
    println!("drawn in {}", path.display());
    Ok(())
}

/// Lines and dots, with a legend.
pub fn draw_series(area: &Area, axes: &Axes, series: &[Series]) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .caption(axes.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(axes.x.1.clone(), axes.y.1.clone())?;
    chart
        .configure_mesh()
        .x_desc(axes.x.0)
        .y_desc(axes.y.0)
        .light_line_style(TRANSPARENT)
        .draw()?;
    for (place, row) in series.iter().enumerate() {
        let color = Palette99::pick(place).to_rgba();
        let drawn = if row.dots {
            let dots = row
                .points
                .iter()
                .map(|point| Circle::new(*point, 2, color.filled()));
            chart.draw_series(dots)?
        } else {
            chart.draw_series(LineSeries::new(
                row.points.iter().copied(),
                color.stroke_width(2),
            ))?
        };
        drawn
            .label(row.name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 2), (x + 14, y + 2)], color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

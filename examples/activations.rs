//! Every activation with its first three derivatives, as an SVG: `cargo run --release --example activations`.
//!
//! It is written to `target/activations.svg`, or to the path that is given. Value, slope and curvature are computed by
//! generated code, the third derivative by the symbolic function. With `--quick` curves have fewer points.

use derive_network::prelude::*;
use derive_network_compiler::model;
use derive_network_symbolic::functions::Function;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

type Samples = Result<[Vec<f64>; 3], BatchLengthError>;

/// An activation: its name, and f, f' and f'' at some points, by a network that is nothing but the activation.
struct Curve {
    name: &'static str,
    sample: fn(&[SVector<f64, 1>]) -> Samples,
}

macro_rules! curves {
    ($($name:ident),*) => {
        $(
            #[derive_network(
                input(x),
                derive(hessian),
                activation(Swish = |z| z * sigmoid(1.5 * z)),
                allow(kinks),
            )]
            struct $name {
                #[layer(bias = false)]
                only: Dense<1, $name>,
            }

            impl $name {
                fn sample(points: &[SVector<f64, 1>]) -> Samples {
                    let identity = $name::uniform(0, 1.0..1.0);
                    let mut values = vec![0.0; points.len()];
                    let mut slopes = vec![SVector::zeros(); points.len()];
                    let mut curvatures = vec![SMatrix::zeros(); points.len()];
                    identity.hessian_batch(points, &mut values, &mut slopes, &mut curvatures)?;
                    let slopes = slopes.iter().map(|slope| slope[0]).collect();
                    let curvatures = curvatures.iter().map(|curvature| curvature[0]).collect();
                    Ok([values, slopes, curvatures])
                }
            }
        )*

        const CURVES: &[Curve] = &[$(Curve { name: stringify!($name), sample: $name::sample }),*];
    };
}

curves!(
    Identity, Sigmoid, Tanh, Relu, LeakyRelu, Elu, Softplus, Silu, Gelu, GeluTanh, Sin, LogCosh2,
    Swish
);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let steps = if arguments.iter().any(|argument| argument == "--quick") {
        120
    } else {
        480
    };
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let path = path.map_or_else(default_path, PathBuf::from);

    let points: Vec<SVector<f64, 1>> = (0..=steps)
        .map(|step| vector![HALF_WIDTH * (2.0 * f64::from(step) / f64::from(steps) - 1.0)])
        .collect();
    let mut panels = String::new();
    let mut worst: f64 = 0.0;
    for (place, curve) in CURVES.iter().enumerate() {
        let function = function(curve.name)?;
        let [f, slope, curvature] = (curve.sample)(&points)?;
        for (order, samples) in [&f, &slope, &curvature].into_iter().enumerate() {
            for (x, found) in points.iter().zip(samples) {
                worst = worst.max((found - function.evaluate(order, x[0])).abs());
            }
        }
        let third = points.iter().map(|x| function.evaluate(3, x[0])).collect();
        panel(
            &mut panels,
            place,
            curve.name,
            &function,
            &points,
            &[f, slope, curvature, third],
        );
    }
    legend(&mut panels, CURVES.len());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, document(&panels))?;
    println!(
        "{} activations, orders 0 to 3, on [-{HALF_WIDTH}, {HALF_WIDTH}]",
        CURVES.len()
    );
    println!("generated code and symbolic functions differ by at most {worst:.1e}");
    println!("drawn in {}", path.display());
    Ok(())
}

fn default_path() -> PathBuf {
    PathBuf::from("target/activations.svg")
}

/// The function of an activation, as the macro reads it.
fn function(name: &str) -> Result<Function, Box<dyn Error>> {
    let attribute = "input(x), activation(Swish = |z| z * sigmoid(1.5 * z))";
    let item = format!("struct Only {{ only: Dense<1, {name}> }}");
    let network =
        model(attribute.parse()?, item.parse()?).map_err(|mistakes| mistakes[0].text())?;
    let activation = network.layers[0].kind.activation();
    Ok(activation
        .ok_or("the layer has an activation")?
        .function
        .clone())
}

/// Curves are drawn on [-6, 6] x [-1.75, 3.25].
const HALF_WIDTH: f64 = 6.0;
const BOTTOM: f64 = -1.75;
const TOP: f64 = 3.25;

/// Sizes in pixels: of a panel, of the plot in it, and where the plot begins.
const PANEL: (f64, f64) = (260.0, 226.0);
const PLOT: (f64, f64) = (216.0, 160.0);
const CORNER: (f64, f64) = (28.0, 40.0);
const COLUMNS: usize = 5;
const HEAD: f64 = 64.0;

const STYLE: &str = "
    svg { font-family: system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
    .page { fill: #ffffff; }
    .title { font-size: 20px; font-weight: 600; fill: #1f2430; }
    .name { font-size: 14px; font-weight: 600; fill: #1f2430; }
    .small { font-size: 10.5px; fill: #667085; }
    .tick { font-size: 9.5px; fill: #98a2b3; }
    .grid { stroke: #eaecf0; stroke-width: 1; }
    .axis { stroke: #b4bac6; stroke-width: 1; }
    path { fill: none; stroke-linecap: round; stroke-linejoin: round; }
    .f0 { stroke: #1f2430; stroke-width: 2.4; }
    .f1 { stroke: #2f6fde; stroke-width: 1.9; }
    .f2 { stroke: #dd7a0c; stroke-width: 1.6; }
    .f3 { stroke: #c2347f; stroke-width: 1.3; stroke-dasharray: 4 3; }
    @media (prefers-color-scheme: dark) {
        .page { fill: #14171f; }
        .title, .name { fill: #eef0f4; }
        .small { fill: #a3abba; }
        .tick { fill: #7c8596; }
        .grid { stroke: #252a36; }
        .axis { stroke: #566073; }
        .f0 { stroke: #eef0f4; }
        .f1 { stroke: #74a8ff; }
        .f2 { stroke: #ffb454; }
        .f3 { stroke: #ff7ebd; }
    }
";

fn document(panels: &str) -> String {
    let rows = (CURVES.len() + 1).div_ceil(COLUMNS);
    let (width, height) = (
        COLUMNS as f64 * PANEL.0 + 24.0,
        HEAD + rows as f64 * PANEL.1 + 8.0,
    );
    let (plot_width, plot_height) = PLOT;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>{STYLE}</style>\n\
         <clipPath id=\"plot\"><rect width=\"{plot_width}\" height=\"{plot_height}\"/></clipPath>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"28\" y=\"40\">Activations and their derivatives</text>\n\
         {panels}</svg>\n"
    )
}

fn corner(place: usize) -> (f64, f64) {
    let (row, column) = (place / COLUMNS, place % COLUMNS);
    (column as f64 * PANEL.0, HEAD + row as f64 * PANEL.1)
}

fn pixel_x(x: f64) -> f64 {
    (x + HALF_WIDTH) / (2.0 * HALF_WIDTH) * PLOT.0
}

fn pixel_y(y: f64) -> f64 {
    (TOP - y) / (TOP - BOTTOM) * PLOT.1
}

fn panel(
    svg: &mut String,
    place: usize,
    name: &str,
    function: &Function,
    points: &[SVector<f64, 1>],
    orders: &[Vec<f64>; 4],
) {
    let (left, top) = corner(place);
    let formula = function.formula(0);
    let formula = shortened(formula.split_once(" = ").map_or("", |(_, right)| right));
    element(svg, format!("<g transform=\"translate({left} {top})\">"));
    element(
        svg,
        format!(
            "<text class=\"name\" x=\"{}\" y=\"16\">{name}</text>",
            CORNER.0
        ),
    );
    element(
        svg,
        format!(
            "<text class=\"small\" x=\"{}\" y=\"31\">{}</text>",
            CORNER.0,
            escaped(&formula)
        ),
    );
    element(
        svg,
        format!("<g transform=\"translate({} {})\">", CORNER.0, CORNER.1),
    );
    for x in [-6.0, -3.0, 0.0, 3.0, 6.0] {
        let (at, bottom) = (pixel_x(x), PLOT.1);
        let class = if x == 0.0 { "axis" } else { "grid" };
        element(
            svg,
            format!("<line class=\"{class}\" x1=\"{at}\" y1=\"0\" x2=\"{at}\" y2=\"{bottom}\"/>"),
        );
        let below = bottom + 13.0;
        element(
            svg,
            format!(
                "<text class=\"tick\" x=\"{at}\" y=\"{below}\" text-anchor=\"middle\">{x}</text>"
            ),
        );
    }
    for y in [-1.0, 0.0, 1.0, 2.0, 3.0] {
        let (at, right) = (pixel_y(y), PLOT.0);
        let class = if y == 0.0 { "axis" } else { "grid" };
        element(
            svg,
            format!(
                "<line class=\"{class}\" x1=\"0\" y1=\"{at:.2}\" x2=\"{right}\" y2=\"{at:.2}\"/>"
            ),
        );
        let baseline = at + 3.5;
        element(
            svg,
            format!(
                "<text class=\"tick\" x=\"-6\" y=\"{baseline:.2}\" text-anchor=\"end\">{y}</text>"
            ),
        );
    }
    element(svg, "<g clip-path=\"url(#plot)\">".to_owned());
    for (order, samples) in orders.iter().enumerate().rev() {
        let tip = escaped(&function.formula(order));
        let path = path(points, samples);
        element(
            svg,
            format!("<path class=\"f{order}\" d=\"{path}\"><title>{tip}</title></path>"),
        );
    }
    element(svg, "</g></g></g>".to_owned());
}

/// What fits above a plot; the rest is cut.
fn shortened(formula: &str) -> String {
    match formula.char_indices().nth(36) {
        Some((end, _)) => format!("{} …", formula[..end].trim_end()),
        None => formula.to_owned(),
    }
}

/// A line through the samples, interrupted where it jumps.
fn path(points: &[SVector<f64, 1>], samples: &[f64]) -> String {
    let mut path = String::new();
    let mut before: Option<f64> = None;
    for (x, y) in points.iter().zip(samples) {
        let word = if before.is_some_and(|before| (y - before).abs() < 0.4) {
            'L'
        } else {
            'M'
        };
        // Far outside a line is cut: viewers need not handle large coordinates.
        let height = pixel_y(y.clamp(BOTTOM - 10.0, TOP + 10.0));
        // Writing to a string does not fail.
        let _ = write!(path, "{word}{:.2} {height:.2}", pixel_x(x[0]));
        before = Some(*y);
    }
    path
}

fn legend(svg: &mut String, place: usize) {
    let (left, top) = corner(place);
    element(
        svg,
        format!(
            "<g transform=\"translate({} {})\">",
            left + CORNER.0,
            top + CORNER.1
        ),
    );
    let lines = [
        ("f", "generated code"),
        ("f′", "generated code"),
        ("f″", "generated code"),
        ("f‴", "symbolic function"),
    ];
    for (order, (name, source)) in lines.into_iter().enumerate() {
        let y = 20.0 + 30.0 * order as f64;
        element(
            svg,
            format!("<path class=\"f{order}\" d=\"M0 {y}L34 {y}\"/>"),
        );
        let baseline = y + 4.5;
        element(
            svg,
            format!("<text class=\"name\" x=\"46\" y=\"{baseline}\">{name}</text>"),
        );
        element(
            svg,
            format!("<text class=\"small\" x=\"72\" y=\"{baseline}\">{source}</text>"),
        );
    }
    let note = "At a kink or a jump: one-sided, no Dirac.";
    element(
        svg,
        format!("<text class=\"small\" x=\"0\" y=\"148\">{note}</text></g>"),
    );
}

fn element(svg: &mut String, text: String) {
    svg.push_str(&text);
    svg.push('\n');
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

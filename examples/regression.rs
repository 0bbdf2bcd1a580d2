//! Regression on a real data set: `cargo run --release --example regression`.
//!
//! The red wines of Cortez et al., *Modeling wine preferences by data mining from physicochemical properties*, Decision
//! Support Systems 47, 2009, as linfa-datasets ships them: eleven measurements of 1,599 wines, and the quality that
//! tasters gave them, 3 to 8. A fifth of the wines, chosen by a seed, is kept for the test; everything else, the scales
//! too, comes from the rest. A network is trained by L-BFGS on its mean square error and a penalty on large parameters, and
//! compared with a linear model. The drawing goes to `target/regression.svg` or the path given. `--quick` stops early.

#[path = "support/arguments.rs"]
mod arguments;
#[path = "support/plot.rs"]
mod plot;

use arguments::{flag, output};
use derive_network::optimise::Objective;
use derive_network::optimise::argmin::core::Executor;
use derive_network::optimise::argmin::solver::linesearch::MoreThuenteLineSearch;
use derive_network::optimise::argmin::solver::quasinewton::LBFGS;
use derive_network::prelude::*;
use nalgebra::{DMatrix, DVector, SVector};
use plot::{Axes, Series, draw, draw_series};
use std::error::Error;
use std::path::Path;

/// The quality of a wine by its measurements, both standardised.
#[derive_network(
    input(x: 11), output(quality), given(measured: 1),
    loss(fit = mse(quality, measured)),
)]
struct Quality {
    hidden: [Dense<16, Tanh>; 2],
    output: Dense<1>,
}

/// The weight of the sum of squares of all parameters beside the mean square error.
const PENALTY: f64 = 0.01;
const SEEDS: u64 = 5;

type Measurements = SVector<f64, 11>;

fn main() -> Result<(), Box<dyn Error>> {
    let (seeds, iterations) = if flag("--quick") {
        (1, 40)
    } else {
        (SEEDS, 400)
    };
    let wines = wines();
    println!(
        "Quality: 11-16-16-1, tanh, {} parameters, {} wines, lanes: {}\n",
        Quality::PARAMETERS,
        wines.len(),
        Lanes::current()
    );
    println!("          R² of the test set    RMSE in points of quality");
    println!("split     linear    network     linear    network    evaluations");
    let mut last = None;
    let mut sums = [0.0; 4];
    for seed in 1..=seeds {
        let (training, test) = split(&wines, seed);
        let scales = Scales::of(&training);
        let (network, evaluations) = train(&scales.standardised(&training), seed, iterations)?;
        let line = Line::fit(&scales.standardised(&training))?;
        let by_network = predictions(&test, |x| {
            scales.quality(network.value(&scales.measurements(x)))
        });
        let by_line = predictions(&test, |x| {
            scales.quality(line.value(&scales.measurements(x)))
        });
        let row = [
            r_squared(&by_line),
            r_squared(&by_network),
            rmse(&by_line),
            rmse(&by_network),
        ];
        print_row(&seed.to_string(), row);
        println!("{evaluations:>15}");
        for (sum, entry) in sums.iter_mut().zip(row) {
            *sum += entry / seeds as f64;
        }
        last = Some([by_line, by_network]);
    }
    print_row("mean", sums);
    println!();
    let last = last.ok_or("there is no split")?;
    draw_predictions(&output("regression.svg"), &last)
}

fn print_row(name: &str, [linear, network, rmse_linear, rmse_network]: [f64; 4]) {
    print!("{name:<5} {linear:>10.3} {network:>10.3} {rmse_linear:>10.3} {rmse_network:>10.3}");
}

/// Measurements and quality of each wine.
type Wines = Vec<(Measurements, f64)>;

fn wines() -> Wines {
    let data = linfa_datasets::winequality();
    let rows = data.records().rows().into_iter();
    rows.zip(data.targets())
        .map(|(row, quality)| (SVector::from_iterator(row.iter().copied()), *quality as f64))
        .collect()
}

/// A training set of four fifths and a test set, by a permutation of Fisher and Yates.
fn split(wines: &[(Measurements, f64)], seed: u64) -> (Wines, Wines) {
    let mut wines = wines.to_vec();
    // The multiplier of Knuth's MMIX generator; its upper bits are good enough to shuffle.
    let mut state = seed;
    for last in (1..wines.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = (state >> 33) as usize % (last + 1);
        wines.swap(last, other);
    }
    let test = wines.split_off(wines.len() * 4 / 5);
    (wines, test)
}

/// Means and deviations of a training set.
struct Scales {
    measurements: (Measurements, Measurements),
    quality: (f64, f64),
}

impl Scales {
    fn of(wines: &[(Measurements, f64)]) -> Self {
        let count = wines.len() as f64;
        let mean = wines.iter().map(|wine| wine.0).sum::<Measurements>() / count;
        let squares = wines
            .iter()
            .map(|wine| (wine.0 - mean).map(|difference| difference * difference));
        let deviation = (squares.sum::<Measurements>() / count).map(f64::sqrt);
        let middle = wines.iter().map(|wine| wine.1).sum::<f64>() / count;
        let square = wines
            .iter()
            .map(|wine| (wine.1 - middle).powi(2))
            .sum::<f64>()
            / count;
        Self {
            measurements: (mean, deviation),
            quality: (middle, square.sqrt()),
        }
    }

    fn measurements(&self, raw: &Measurements) -> Measurements {
        (raw - self.measurements.0).component_div(&self.measurements.1)
    }

    fn quality(&self, standardised: f64) -> f64 {
        self.quality.0 + self.quality.1 * standardised
    }

    fn standardised(&self, wines: &[(Measurements, f64)]) -> Standardised {
        Standardised {
            points: wines
                .iter()
                .map(|wine| self.measurements(&wine.0))
                .collect(),
            given: wines
                .iter()
                .map(|wine| vector![(wine.1 - self.quality.0) / self.quality.1])
                .collect(),
        }
    }
}

/// Points and given data as losses take them.
struct Standardised {
    points: Vec<Measurements>,
    given: Vec<SVector<f64, 1>>,
}

/// A network, and how many evaluations of the loss it took.
fn train(
    training: &Standardised,
    seed: u64,
    iterations: u64,
) -> Result<(Quality, usize), Box<dyn Error>> {
    let Standardised { points, given } = training;
    let objective = Objective::new(
        Quality::glorot_uniform(seed),
        |network: &Quality, gradient: &mut [f64]| {
            let mut loss = network.fit_gradient(points, given, gradient)?;
            for (entry, parameter) in gradient.iter_mut().zip(network.parameters()) {
                *entry += 2.0 * PENALTY * parameter;
                loss += PENALTY * parameter * parameter;
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(loss)
        },
    );
    let mut result = Executor::new(&objective, LBFGS::new(MoreThuenteLineSearch::new(), 10))
        .configure(|state| state.param(objective.parameters()).max_iters(iterations))
        .run()?;
    if let Some(failure) = objective.failure() {
        return Err(failure.to_string().into());
    }
    let best = result
        .state
        .take_best_param()
        .ok_or("L-BFGS found no parameters")?;
    let evaluations = objective.evaluations();
    Ok((objective.into_network(best.as_slice())?, evaluations))
}

/// An affine function, by least squares.
struct Line(DVector<f64>);

impl Line {
    fn fit(training: &Standardised) -> Result<Self, &'static str> {
        let rows = training.points.len();
        let matrix = DMatrix::from_fn(rows, 12, |row, column| {
            training.points[row].get(column).copied().unwrap_or(1.0)
        });
        let target = DVector::from_iterator(rows, training.given.iter().map(|quality| quality[0]));
        matrix.svd(true, true).solve(&target, 1e-12).map(Self)
    }

    fn value(&self, x: &Measurements) -> f64 {
        self.0[11] + self.0.rows(0, 11).dot(x)
    }
}

/// Measured and predicted quality of each wine.
fn predictions(
    wines: &[(Measurements, f64)],
    predict: impl Fn(&Measurements) -> f64,
) -> Vec<(f64, f64)> {
    wines
        .iter()
        .map(|wine| (wine.1, predict(&wine.0)))
        .collect()
}

fn sum_of_squares(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum()
}

fn r_squared(pairs: &[(f64, f64)]) -> f64 {
    let mean = pairs.iter().map(|pair| pair.0).sum::<f64>() / pairs.len() as f64;
    let unexplained = sum_of_squares(pairs.iter().map(|pair| pair.0 - pair.1));
    1.0 - unexplained / sum_of_squares(pairs.iter().map(|pair| pair.0 - mean))
}

fn rmse(pairs: &[(f64, f64)]) -> f64 {
    (sum_of_squares(pairs.iter().map(|pair| pair.0 - pair.1)) / pairs.len() as f64).sqrt()
}

/// Predicted over measured quality, for both models.
fn draw_predictions(path: &Path, models: &[Vec<(f64, f64)>; 2]) -> Result<(), Box<dyn Error>> {
    let titles = ["Linear model", "Network"];
    draw(path, 2, |place, area| {
        let axes = Axes {
            title: titles[place],
            x: ("measured quality", 2.0..9.0),
            y: ("predicted quality", 3.0..8.0),
        };
        let perfect = Series {
            name: "perfect",
            points: vec![(3.0, 3.0), (8.0, 8.0)],
            dots: false,
        };
        // Qualities are whole numbers: wines of one are drawn beside each other.
        let beside = |index: usize| (index % 40) as f64 / 100.0 - 0.2;
        let wines = Series {
            name: "wines of the test set",
            points: models[place]
                .iter()
                .enumerate()
                .map(|(index, pair)| (pair.0 + beside(index), pair.1))
                .collect(),
            dots: true,
        };
        draw_series(area, &axes, &[perfect, wines])
    })
}

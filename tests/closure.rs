//! Is the calculus closed where it is compiled: do values, input gradients, parameter Jacobians and the parameter gradients of the
//! squares of formulas over derivatives of networks agree with Taylor polynomials?

#[path = "closure/field.rs"]
mod field;
#[path = "closure/networks.rs"]
mod networks;
#[path = "../macros/symbolic/tests/closure/number.rs"]
mod number;
#[path = "support/random.rs"]
mod random;
#[path = "../macros/symbolic/tests/closure/taylor.rs"]
mod taylor;

use derive_network::{Lanes, with_lanes};
use field::{Field, Place};
use networks::{Compiled, Flows, Heat, Meaning, Plates, Profile, Vectors, Waves};
use number::Number;
use random::Random;
use taylor::Space;

/// Roundings in a row that are allowed for: the tolerance of an entry is so many times ε times the sum of the magnitudes of its terms.
const ROUNDINGS: f64 = 16.0;
/// Beside the largest entry of a tensor: the sums of magnitudes are pessimistic where functions are nested deeply.
const RELATIVE: f64 = 1e-12;
const POINTS: usize = 3;
/// A full block on every number of lanes, and a rest.
const BATCH: usize = 19;

/// A number and the sum of the magnitudes of its terms.
type Sized = (f64, f64);

/// What the oracle gives for a formula at a point, for each of its entries.
struct Expected {
    values: Vec<Sized>,
    /// By entry of the formula, then by input.
    inputs: Vec<Vec<Sized>>,
    /// By entry of the formula, then by parameter.
    parameters: Vec<Vec<Sized>>,
}

fn expected<N: Compiled>(
    formula: Meaning,
    parameters: &[f64],
    x: &[f64],
    given: &[f64],
) -> Expected {
    // A degree more than the derivatives of the formula: those in the inputs.
    let space = Space::new(x.len(), N::ORDER + 1);
    let expand = |seeded: Option<usize>| {
        let parameter = |place: usize| {
            let slope = f64::from(u8::from(seeded == Some(place)));
            Number::seeded(parameters[place], slope)
        };
        formula(&Place::new::<N>(&space, &parameter, x, given))
    };
    let values = expand(None);
    let mut jacobian = vec![vec![(0.0, 0.0); parameters.len()]; values.len()];
    for place in 0..parameters.len() - N::FROZEN {
        for (row, entry) in jacobian.iter_mut().zip(expand(Some(place))) {
            row[place] = (entry.terms[0].slope, entry.terms[0].slope_size);
        }
    }
    let sized = |number: Number| (number.value, number.size);
    let inputs = values.iter().map(|entry| {
        let linear = (0..x.len()).map(|input| sized(entry.terms[space.linear(input)]));
        linear.collect()
    });
    Expected {
        inputs: inputs.collect(),
        values: values.iter().map(|entry| sized(entry.terms[0])).collect(),
        parameters: jacobian,
    }
}

/// The worst error, in roundings and relative to the largest entry of its tensor.
struct Worst {
    case: String,
    roundings: f64,
    relative: f64,
    entries: usize,
}

impl Worst {
    fn compare(&mut self, what: &str, found: &[f64], expected: &[Sized]) {
        assert_eq!(found.len(), expected.len(), "{}: {what}", self.case);
        let largest = expected
            .iter()
            .fold(0.0_f64, |most, (value, _)| most.max(value.abs()));
        for (place, (found, (value, size))) in found.iter().zip(expected).enumerate() {
            let error = (found - value).abs();
            assert!(
                error <= ROUNDINGS * f64::EPSILON * size && error <= RELATIVE * largest,
                "{}: {what} {place} is {found:e}, not {value:e} (size {size:e})",
                self.case
            );
            if *value != 0.0 {
                self.roundings = self.roundings.max(error / (f64::EPSILON * size));
                self.relative = self.relative.max(error / largest);
            }
            self.entries += 1;
        }
    }
}

fn check<N: Compiled>(seed: u64) {
    let mut random = Random(seed);
    let parameters = random.numbers(N::COUNT);
    let network = N::new(&parameters);
    let (points, given) = (
        random.rows(POINTS, N::WIDTHS[0]),
        random.rows(POINTS, N::GIVEN),
    );
    let cycle = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        (0..BATCH).map(|at| rows[at % POINTS].clone()).collect()
    };
    let (batch, batch_given) = (cycle(&points), cycle(&given));
    for (formula, meaning) in N::FORMULAS.into_iter().enumerate() {
        let wanted: Vec<Expected> = points
            .iter()
            .zip(&given)
            .map(|(x, given)| expected::<N>(meaning, &parameters, x, given))
            .collect();
        let mut worst = Worst {
            case: format!("{}, formula {formula}", N::NAME),
            roundings: 0.0,
            relative: 0.0,
            entries: 0,
        };
        for lanes in Lanes::available() {
            with_lanes(lanes, || {
                for ((x, given), wanted) in points.iter().zip(&given).zip(&wanted) {
                    let (values, jacobian) = network.in_inputs(formula, x, given);
                    for values in values {
                        worst.compare("value", &values, &wanted.values);
                    }
                    for (entry, inputs) in wanted.inputs.iter().enumerate() {
                        let row = jacobian.iter().skip(entry).step_by(wanted.values.len());
                        let row: Vec<f64> = row.copied().collect();
                        worst.compare("derivative in input", &row, inputs);
                    }
                    for entry in 0..wanted.values.len() {
                        let (values, inputs, parameters) = network.pulled(formula, entry, x, given);
                        worst.compare("value", &values, &wanted.values);
                        worst.compare("derivative in input", &inputs, &wanted.inputs[entry]);
                        let rows = &wanted.parameters[entry];
                        worst.compare("pulled back to parameter", &parameters, rows);
                    }
                }
                let jacobian = network.parameter_jacobian(formula, &batch, &batch_given);
                let width = wanted[0].values.len();
                for row in 0..BATCH * width {
                    let of_row = jacobian.iter().skip(row).step_by(BATCH * width);
                    let found: Vec<f64> = of_row.copied().collect();
                    let at = &wanted[row / width % POINTS];
                    worst.compare("Jacobian in parameter", &found, &at.parameters[row % width]);
                }
                let (loss, gradient) = network.mean_square(formula, &batch, &batch_given);
                let (value, slopes) = mean_square(&wanted, N::COUNT);
                worst.compare("loss", &loss, &[value; 2]);
                worst.compare("gradient of the loss in parameter", &gradient, &slopes);
            });
        }
        println!(
            "{:<20} {:>6} entries, worst error {:.2} roundings of the terms, {:.1e} of the largest entry",
            worst.case, worst.entries, worst.roundings, worst.relative
        );
    }
}

/// The mean of squares over the batch and the entries, and its gradient.
fn mean_square(wanted: &[Expected], parameters: usize) -> (Sized, Vec<Sized>) {
    let width = wanted[0].values.len();
    let count = (BATCH * width) as f64;
    let mut value = (0.0, 0.0);
    let mut slopes = vec![(0.0, 0.0); parameters];
    for at in (0..BATCH).map(|point| &wanted[point % POINTS]) {
        for ((r, size), row) in at.values.iter().zip(&at.parameters) {
            value.0 += r * r / count;
            value.1 += 2.0 * size * r.abs() / count;
            for (sum, (slope, slope_size)) in slopes.iter_mut().zip(row) {
                sum.0 += 2.0 * r * slope / count;
                sum.1 += 2.0 * (size * slope.abs() + r.abs() * slope_size) / count;
            }
        }
    }
    (value, slopes)
}

macro_rules! agree {
    ($($test:ident $network:ident $seed:literal)+) => {$(
        #[test]
        fn $test() {
            check::<$network>($seed);
        }
    )+};
}

agree! {
    waves Waves 1
    flows Flows 2
    plates Plates 3
    heat Heat 4
    profile Profile 5
    vectors Vectors 6
}

/// The oracle itself, beside nested dual numbers: a third derivative of a composition of all functions.
#[test]
fn the_oracle_agrees_with_dual_numbers() {
    use num_dual::DualNum;
    let dual = |x: num_dual::Dual3_64| {
        let below = (x * x + 1.0).sqrt() + (x.sin() * 0.5).exp();
        (x.tanh() + (x * x + 1.0).ln()) / below
    };
    for at in [-1.3, 0.2, 0.9] {
        let (value, first, second, third) = num_dual::third_derivative(dual, at);
        let space = Space::new(1, 3);
        let x = Field::new(&space, space.variable(0, at));
        let below = (&x * &x + 1.0).sqrt() + (x.sin() * 0.5).exp();
        let found = (x.tanh() + (&x * &x + 1.0).ln()) / below;
        let coefficients = [value, first, second / 2.0, third / 6.0];
        for (found, wanted) in found.terms.iter().zip(coefficients) {
            assert!(
                (found.value - wanted).abs() <= 1e-14 * found.size,
                "{} beside {wanted}",
                found.value
            );
        }
    }
}

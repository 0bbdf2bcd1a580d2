//! The formulas of `loss(...)` go in; losses, what they sum and what they average over points, come out.

use super::activations::Activations;
use super::formula::constant;
use super::quantities::{Reader, Within};
use super::requests::loss_defaults;
use super::scope::{Entity, Scope};
use super::settings::Settings;
use super::wiring::Wiring;
use super::written::WrittenLoss;
use crate::diagnostics::{Diagnostics, Place, catalogue, nearest};
use crate::model::{Loss, LossRequest, Quantity, Shape};
use crate::parse::{Expression, Kind, Operation};
use proc_macro2::Ident;

/// Reductions over points.
const REDUCTIONS: [&str; 6] = [
    "sum",
    "mean",
    "sum_square",
    "mean_square",
    "mse",
    "half_mse",
];

/// A loss as far as it can be understood.
#[derive(Clone, Debug)]
pub(crate) struct DraftLoss {
    pub name: Ident,
    /// What it means; open if its formula was mistaken.
    pub loss: Option<Loss>,
    pub requests: Vec<LossRequest>,
}

/// What is summed and what is averaged over points.
#[derive(Default)]
struct Densities {
    sum: Option<Quantity>,
    mean: Option<Quantity>,
}

/// How a reduction goes over points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Sum,
    Mean,
}

pub(super) fn read_losses(
    settings: &Settings,
    scope: &Scope,
    activations: &Activations,
    wiring: &mut Wiring<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<DraftLoss> {
    let mut losses: Vec<DraftLoss> = Vec::new();
    for written in &settings.losses {
        let name = &written.name;
        let mut reader = Reader {
            scope,
            activations,
            wiring,
            within: Within::Loss,
            diagnostics,
        };
        let densities = read_densities(written, &mut reader);
        // Of two losses of one name the first stays; a name of something else is reported as such.
        let is_free = matches!(scope.find(&name.to_string()), Some(Entity::Loss));
        if !is_free || losses.iter().any(|earlier| earlier.name == *name) {
            continue;
        }
        let mut asked = settings.asked.of_losses.iter();
        let asked = asked.find(|(loss, _)| loss == name);
        let requests = asked.map(|(_, requests)| requests.clone());
        let requests = requests.unwrap_or_else(|| loss_defaults(name.span()));
        let loss = densities.map(|densities| Loss {
            name: name.clone(),
            sum_part: densities.sum,
            mean_part: densities.mean,
            text: written
                .formula
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            requests: requests.clone(),
        });
        losses.push(DraftLoss {
            name: name.clone(),
            loss,
            requests,
        });
    }
    losses
}

fn read_densities(written: &WrittenLoss, reader: &mut Reader<'_, '_>) -> Option<Densities> {
    let mut densities = Densities::default();
    let formula = written.formula.as_ref()?;
    reader.read_combination(formula, 1.0, &mut densities)?;
    Some(densities)
}

impl Densities {
    fn add(&mut self, over: Over, coefficient: f64, density: Quantity) {
        let part = match over {
            Over::Sum => &mut self.sum,
            Over::Mean => &mut self.mean,
        };
        *part = Some(match part.take() {
            Some(known) => Quantity::combine((1.0, known), (coefficient, density)),
            None => density.scaled(coefficient),
        });
    }
}

impl Reader<'_, '_> {
    /// Adds the reductions of a linear combination; mistakes of all of them are reported.
    fn read_combination(
        &mut self,
        written: &Expression,
        coefficient: f64,
        densities: &mut Densities,
    ) -> Option<()> {
        match &written.kind {
            Kind::Negate(inner) => self.read_combination(inner, -coefficient, densities),
            Kind::Binary(operation @ (Operation::Add | Operation::Subtract), left, right) => {
                let sign = if *operation == Operation::Add {
                    1.0
                } else {
                    -1.0
                };
                let left = self.read_combination(left, coefficient, densities);
                let right = self.read_combination(right, sign * coefficient, densities);
                left.and(right)
            }
            Kind::Binary(operation, left, right) if has_reduction(written) => {
                let (reduction, factor) = if has_reduction(left) {
                    (left, right)
                } else {
                    (right, left)
                };
                let is_divisor = *operation == Operation::Divide;
                if has_reduction(factor) || (is_divisor && has_reduction(right)) {
                    return self.refuse(catalogue::not_linear_in_reductions(written.place));
                }
                let Some(value) = self.fold(factor) else {
                    return self.refuse(catalogue::coefficient_not_number(factor.place));
                };
                let coefficient = match is_divisor {
                    true => coefficient / value,
                    false => coefficient * value,
                };
                if !coefficient.is_finite() {
                    return self.refuse(catalogue::formula_not_finite(written.place));
                }
                self.read_combination(reduction, coefficient, densities)
            }
            Kind::Call {
                function,
                arguments,
                ..
            } if is_reduction(function) => {
                let (over, density) = self.read_reduction(function, arguments, written.place)?;
                densities.add(over, coefficient, density);
                Some(())
            }
            Kind::Call {
                function,
                function_place,
                ..
            } if nearest(function, REDUCTIONS).is_some() => {
                let unknown =
                    catalogue::formula_unknown_function(function, *function_place, REDUCTIONS);
                self.refuse(unknown)
            }
            Kind::Mistaken => None,
            _ if has_reduction(written) => {
                self.refuse(catalogue::not_linear_in_reductions(written.place))
            }
            Kind::Name(name) if matches!(self.scope.find(name), Some(Entity::Loss)) => {
                self.refuse(catalogue::name_is_loss(name, written.place))
            }
            Kind::Name(name) => {
                let found = format!("`{name}`");
                self.refuse(catalogue::not_a_reduction(written.place, &found))
            }
            _ => self.refuse(catalogue::not_a_reduction(written.place, "this")),
        }
    }

    /// What a reduction sums or averages over points: a scalar.
    fn read_reduction(
        &mut self,
        name: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<(Over, Quantity)> {
        if let "mse" | "half_mse" = name {
            let difference = self.read_difference(name, arguments, place)?;
            let square = difference.clone().times(difference);
            let mean = match name {
                "mse" => square.mean(),
                _ => square.total().scaled(0.5),
            };
            return Some((Over::Mean, mean));
        }
        let [argument] = arguments else {
            let example = format!("{name}(residual)");
            let found = arguments.len();
            return self.refuse(catalogue::formula_arity(name, place, &example, 1, found));
        };
        let of = self.read_formula(argument)?;
        let of = match name {
            "sum_square" | "mean_square" => of.clone().times(of),
            _ => of,
        };
        Some(match name {
            "sum" | "sum_square" => (Over::Sum, of.total()),
            _ => (Over::Mean, of.mean()),
        })
    }

    fn read_difference(
        &mut self,
        name: &str,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Quantity> {
        let [left, right] = arguments else {
            return self.refuse(catalogue::loss_without_data(name, place, arguments.len()));
        };
        let (left, right) = (self.read_formula(left), self.read_formula(right));
        let (left, right) = (left?, right?);
        let (a, b) = (left.shape, right.shape);
        if a != b && a != Shape::Scalar && b != Shape::Scalar {
            return self.refuse(catalogue::arguments_do_not_fit(name, place, a, b));
        }
        Some(Quantity::combine((1.0, left), (-1.0, right)))
    }

    /// The value of an expression of numbers and constants.
    fn fold(&self, written: &Expression) -> Option<f64> {
        match &written.kind {
            Kind::Number { value, .. } => Some(*value),
            Kind::Name(name) if self.scope.find(name).is_none() => constant(name),
            Kind::Negate(inner) => Some(-self.fold(inner)?),
            Kind::Binary(operation, left, right) => {
                let (left, right) = (self.fold(left)?, self.fold(right)?);
                Some(match operation {
                    Operation::Add => left + right,
                    Operation::Subtract => left - right,
                    Operation::Multiply => left * right,
                    Operation::Divide => left / right,
                })
            }
            _ => None,
        }
    }
}

fn is_reduction(name: &str) -> bool {
    REDUCTIONS.contains(&name)
}

/// Whether a reduction stands in an expression, whatever is around it.
fn has_reduction(written: &Expression) -> bool {
    let is_one = matches!(&written.kind, Kind::Call { function, .. } if is_reduction(function));
    is_one || written.parts().into_iter().any(has_reduction)
}

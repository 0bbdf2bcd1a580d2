//! The closure of a custom activation goes in, its [`Formula`] comes out.

use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::parse::{Expression, Kind, Operation, parse_expression, strip};
use derive_network_symbolic::functions::{Call, Formula};
use proc_macro2::Ident;
use syn::{Expr, ExprClosure, Pat};

/// The function whose second argument is an exponent.
pub(super) const POWER: &str = "powi";

/// The largest exponent of `powi`.
const EXPONENT_LIMIT: u32 = 64;

/// The most operations of a formula, those of the custom activations it calls included.
pub(super) const OPERATION_LIMIT: usize = 400;

/// A custom activation that a formula can call; its formula is open if that was mistaken.
pub(super) struct Written {
    pub name: String,
    pub formula: Option<Formula>,
}

/// What an expression in a formula can refer to, and the mistakes found in it.
struct Reader<'a> {
    argument: Ident,
    callable: &'a [Written],
    diagnostics: &'a mut Diagnostics,
}

/// The formula of `|z| expression`; nothing if it has mistakes or calls an activation that has.
pub(super) fn read_formula(
    written: &Expr,
    callable: &[Written],
    diagnostics: &mut Diagnostics,
) -> Option<Formula> {
    let Expr::Closure(closure) = strip(written) else {
        diagnostics.push(catalogue::formula_not_closure(written));
        return None;
    };
    let argument = diagnostics.take(read_argument(closure))?;
    let body = parse_expression(&closure.body, diagnostics);
    let mut reader = Reader {
        argument,
        callable,
        diagnostics,
    };
    let formula = reader.read(&body)?;
    if operations(&formula) > OPERATION_LIMIT {
        let place = Place::of(&closure.body);
        diagnostics.push(catalogue::formula_too_large(place, OPERATION_LIMIT));
        return None;
    }
    Some(formula)
}

/// The name of the only argument of a closure that is nothing but its argument and its body.
fn read_argument(closure: &ExprClosure) -> Result<Ident, Diagnostic> {
    if let Some(decoration) = &closure.movability {
        return Err(catalogue::formula_decorated(decoration));
    }
    if let Some(decoration) = &closure.asyncness {
        return Err(catalogue::formula_decorated(decoration));
    }
    if let Some(decoration) = &closure.capture {
        return Err(catalogue::formula_decorated(decoration));
    }
    if let syn::ReturnType::Type(..) = &closure.output {
        return Err(catalogue::formula_decorated(&closure.output));
    }
    let mut arguments = closure.inputs.iter();
    match (arguments.next(), arguments.next()) {
        (Some(Pat::Ident(argument)), None)
            if argument.by_ref.is_none()
                && argument.mutability.is_none()
                && argument.subpat.is_none() =>
        {
            Ok(argument.ident.clone())
        }
        (Some(argument), None) => Err(catalogue::formula_argument_form(argument)),
        _ => Err(catalogue::formula_argument_count(closure)),
    }
}

impl Reader<'_> {
    fn read(&mut self, written: &Expression) -> Option<Formula> {
        match &written.kind {
            Kind::Number { value, .. } => Some(Formula::Constant(*value)),
            Kind::Name(name) if self.argument == name => Some(Formula::Argument),
            Kind::Name(name) => match constant(name) {
                Some(value) => Some(Formula::Constant(value)),
                None => self.refuse(catalogue::formula_unknown_variable(
                    name,
                    written.place,
                    &self.argument,
                )),
            },
            Kind::Negate(inner) => Some(Formula::Negate(Box::new(self.read(inner)?))),
            Kind::Binary(operation, left, right) => {
                let operation = match operation {
                    Operation::Add => Formula::Add,
                    Operation::Subtract => Formula::Subtract,
                    Operation::Multiply => Formula::Multiply,
                    Operation::Divide => Formula::Divide,
                };
                // Both sides are read before either may fail, so that the mistakes of both are reported.
                let (left, right) = (self.read(left), self.read(right));
                Some(operation(Box::new(left?), Box::new(right?)))
            }
            Kind::Call { .. } => self.read_call(written),
            Kind::Entry { .. } | Kind::Slice { .. } | Kind::Array(_) | Kind::Tuple(_) => {
                self.refuse(catalogue::formula_index(written.place))
            }
            Kind::Mistaken => None,
        }
    }

    fn read_call(&mut self, written: &Expression) -> Option<Formula> {
        let Kind::Call {
            function: name,
            function_place,
            element,
            arguments,
        } = &written.kind
        else {
            return None;
        };
        if let Some(element) = element {
            return self.refuse(catalogue::element_of_function(name, element.place));
        }
        if name == POWER {
            let (base, exponent) = read_power(written.place, arguments, self.diagnostics)?;
            return Some(Formula::Powi(Box::new(self.read(base)?), exponent));
        }
        let callable = self.callable;
        let custom = callable.iter().find(|custom| custom.name == *name);
        let call = Call::parse(name);
        if custom.is_none() && call.is_none() {
            let custom = callable.iter().map(|custom| custom.name.as_str());
            let names = elementwise_names().map(|name| name as &str).chain(custom);
            return self.refuse(catalogue::formula_unknown_function(
                name,
                *function_place,
                names,
            ));
        }
        let [argument] = arguments.as_slice() else {
            return self.refuse(catalogue::formula_arity(
                name,
                written.place,
                &format!("{name}(z)"),
                1,
                arguments.len(),
            ));
        };
        let inner = self.read(argument)?;
        let Some(custom) = custom else {
            return Some(Formula::Call(call?, Box::new(inner)));
        };
        let formula = custom.formula.as_ref()?;
        let total = operations(formula) + occurrences(formula) * operations(&inner);
        if total > OPERATION_LIMIT {
            let too_large = catalogue::formula_too_large(written.place, OPERATION_LIMIT);
            return self.refuse(too_large);
        }
        Some(substitute(formula, &inner))
    }

    fn refuse(&mut self, diagnostic: Diagnostic) -> Option<Formula> {
        self.diagnostics.push(diagnostic);
        None
    }
}

/// The constant of that name.
pub(super) fn constant(name: &str) -> Option<f64> {
    match name {
        "PI" => Some(std::f64::consts::PI),
        "E" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// The elementwise functions of every formula; custom activations are not among them.
pub(super) fn elementwise_names() -> impl Iterator<Item = &'static str> {
    Call::names().chain([POWER])
}

/// The base and the exponent of `powi(base, exponent)`.
pub(super) fn read_power<'a>(
    call: Place,
    arguments: &'a [Expression],
    diagnostics: &mut Diagnostics,
) -> Option<(&'a Expression, i32)> {
    let [base, exponent] = arguments else {
        let found = arguments.len();
        diagnostics.push(catalogue::formula_arity(
            POWER,
            call,
            "powi(z, 2)",
            2,
            found,
        ));
        return None;
    };
    Some((base, diagnostics.take(read_exponent(exponent))?))
}

fn read_exponent(written: &Expression) -> Result<i32, Diagnostic> {
    let (sign, literal) = match &written.kind {
        Kind::Negate(inner) => (-1.0, &**inner),
        _ => (1.0, written),
    };
    match literal.kind {
        Kind::Number {
            value,
            is_whole: true,
        } if value.abs() <= f64::from(EXPONENT_LIMIT) => Ok((sign * value) as i32),
        _ => Err(catalogue::formula_exponent(written.place, EXPONENT_LIMIT)),
    }
}

/// The formula with another one in the place of its argument.
fn substitute(formula: &Formula, inner: &Formula) -> Formula {
    let of = |part: &Formula| Box::new(substitute(part, inner));
    match formula {
        Formula::Argument => inner.clone(),
        Formula::Constant(value) => Formula::Constant(*value),
        Formula::Add(left, right) => Formula::Add(of(left), of(right)),
        Formula::Subtract(left, right) => Formula::Subtract(of(left), of(right)),
        Formula::Multiply(left, right) => Formula::Multiply(of(left), of(right)),
        Formula::Divide(left, right) => Formula::Divide(of(left), of(right)),
        Formula::Negate(part) => Formula::Negate(of(part)),
        Formula::Powi(part, exponent) => Formula::Powi(of(part), *exponent),
        Formula::Call(call, part) => Formula::Call(*call, of(part)),
    }
}

/// How often a formula uses its argument.
fn occurrences(formula: &Formula) -> usize {
    match formula {
        Formula::Argument => 1,
        Formula::Constant(_) => 0,
        Formula::Negate(part) | Formula::Powi(part, _) | Formula::Call(_, part) => {
            occurrences(part)
        }
        Formula::Add(left, right)
        | Formula::Subtract(left, right)
        | Formula::Multiply(left, right)
        | Formula::Divide(left, right) => occurrences(left) + occurrences(right),
    }
}

fn operations(formula: &Formula) -> usize {
    match formula {
        Formula::Argument | Formula::Constant(_) => 0,
        Formula::Negate(part) | Formula::Powi(part, _) | Formula::Call(_, part) => {
            1 + operations(part)
        }
        Formula::Add(left, right)
        | Formula::Subtract(left, right)
        | Formula::Multiply(left, right)
        | Formula::Divide(left, right) => 1 + operations(left) + operations(right),
    }
}

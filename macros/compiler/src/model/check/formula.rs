//! The closure of a custom activation goes in, its [`Formula`] comes out.

use super::number::strip;
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use derive_network_symbolic::functions::{Call, Formula};
use proc_macro2::Ident;
use syn::{BinOp, Expr, ExprCall, ExprClosure, ExprLit, Lit, Pat, UnOp};

/// The largest exponent of `powi`.
const EXPONENT_LIMIT: u32 = 64;

/// The most operations of a formula, those of the custom activations it calls included.
const OPERATION_LIMIT: usize = 400;

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
    let mut reader = Reader {
        argument,
        callable,
        diagnostics,
    };
    let formula = reader.read(&closure.body)?;
    if operations(&formula) > OPERATION_LIMIT {
        diagnostics.push(catalogue::formula_too_large(&closure.body, OPERATION_LIMIT));
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
    fn read(&mut self, written: &Expr) -> Option<Formula> {
        match strip(written) {
            Expr::Lit(ExprLit { lit, .. }) => self
                .diagnostics
                .take(read_literal(lit))
                .map(Formula::Constant),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) if *name == self.argument => Some(Formula::Argument),
                Some(name) if name == "PI" => Some(Formula::Constant(std::f64::consts::PI)),
                _ => self.refuse(catalogue::formula_unknown_variable(
                    &path.path,
                    &self.argument,
                )),
            },
            Expr::Unary(unary) => match unary.op {
                UnOp::Neg(_) => self
                    .read(&unary.expr)
                    .map(|inner| Formula::Negate(Box::new(inner))),
                _ => self.refuse(catalogue::formula_expression(written)),
            },
            Expr::Binary(binary) => {
                let operation = match binary.op {
                    BinOp::Add(_) => Formula::Add,
                    BinOp::Sub(_) => Formula::Subtract,
                    BinOp::Mul(_) => Formula::Multiply,
                    BinOp::Div(_) => Formula::Divide,
                    _ => return self.refuse(catalogue::formula_expression(written)),
                };
                // Both sides are read before either may fail, so that the mistakes of both are reported.
                let (left, right) = (self.read(&binary.left), self.read(&binary.right));
                Some(operation(Box::new(left?), Box::new(right?)))
            }
            Expr::Call(call) => self.read_call(call),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let is_function = call.args.is_empty() && Call::parse(&name).is_some();
                self.refuse(catalogue::formula_method(
                    &call.method,
                    &call.receiver,
                    is_function,
                ))
            }
            Expr::Block(block) => self.refuse(catalogue::formula_block(block)),
            other => self.refuse(catalogue::formula_expression(other)),
        }
    }

    fn read_call(&mut self, call: &ExprCall) -> Option<Formula> {
        let name = match strip(&call.func) {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let callable = self.callable;
        let custom = name
            .as_ref()
            .and_then(|name| callable.iter().find(|custom| custom.name == *name));
        match (name.as_deref(), custom) {
            (Some("powi"), _) => self.read_power(call),
            (Some(name), Some(custom)) => {
                let inner = self.read_only_argument(call, name)?;
                let formula = custom.formula.as_ref()?;
                let total = operations(formula) + occurrences(formula) * operations(&inner);
                if total > OPERATION_LIMIT {
                    return self.refuse(catalogue::formula_too_large(call, OPERATION_LIMIT));
                }
                Some(substitute(formula, &inner))
            }
            (Some(name), None) if Call::parse(name).is_some() => {
                let function = Call::parse(name)?;
                let inner = self.read_only_argument(call, name)?;
                Some(Formula::Call(function, Box::new(inner)))
            }
            _ => {
                let custom = callable.iter().map(|custom| custom.name.as_str());
                self.refuse(catalogue::formula_unknown_function(&call.func, custom))
            }
        }
    }

    fn read_only_argument(&mut self, call: &ExprCall, name: &str) -> Option<Formula> {
        match call.args.first() {
            Some(argument) if call.args.len() == 1 => self.read(argument),
            _ => self.refuse(catalogue::formula_arity(call, name, 1)),
        }
    }

    fn read_power(&mut self, call: &ExprCall) -> Option<Formula> {
        if call.args.len() != 2 {
            return self.refuse(catalogue::formula_arity(call, "powi", 2));
        }
        let base = self.read(&call.args[0]);
        let exponent = self.diagnostics.take(read_exponent(&call.args[1]));
        Some(Formula::Powi(Box::new(base?), exponent?))
    }

    fn refuse(&mut self, diagnostic: Diagnostic) -> Option<Formula> {
        self.diagnostics.push(diagnostic);
        None
    }
}

fn read_literal(literal: &Lit) -> Result<f64, Diagnostic> {
    let number = match literal {
        Lit::Int(number) if number.suffix().is_empty() => {
            number.base10_digits().parse::<f64>().ok()
        }
        Lit::Float(number) if number.suffix().is_empty() => {
            number.base10_digits().parse::<f64>().ok()
        }
        _ => None,
    };
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| catalogue::formula_literal(literal))
}

fn read_exponent(written: &Expr) -> Result<i32, Diagnostic> {
    let (sign, literal) = match strip(written) {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (-1, strip(&unary.expr)),
        other => (1, other),
    };
    let exponent = match literal {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if number.suffix().is_empty() => number.base10_parse().ok(),
        _ => None,
    };
    let exponent = exponent.filter(|exponent: &i32| exponent.unsigned_abs() <= EXPONENT_LIMIT);
    exponent
        .map(|exponent| sign * exponent)
        .ok_or_else(|| catalogue::formula_exponent(written, EXPONENT_LIMIT))
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

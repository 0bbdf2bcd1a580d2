//! An expression goes in, the text that documentation shows comes out: the same for the same tokens, whatever the
//! spaces between them were.

use super::expression::{Expression, Kind, Operation};
use std::fmt::{Display, Formatter, Result};

impl Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match &self.kind {
            Kind::Number { value, .. } => write!(formatter, "{value}"),
            Kind::Name(name) => formatter.write_str(name),
            Kind::Negate(inner) => {
                formatter.write_str("-")?;
                within(inner, binding(&self.kind), formatter)
            }
            Kind::Binary(operation, left, right) => {
                let own = binding(&self.kind);
                within(left, own, formatter)?;
                write!(formatter, " {} ", operation.sign())?;
                // Operations associate to the left.
                within(right, own + 1, formatter)
            }
            Kind::Call {
                function,
                arguments,
                ..
            } => {
                write!(formatter, "{function}(")?;
                for (position, argument) in arguments.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{argument}")?;
                }
                formatter.write_str(")")
            }
            Kind::Entry { of, position } => {
                within(of, binding(&self.kind), formatter)?;
                write!(formatter, "[{position}]")
            }
            Kind::Slice { of, start, end } => {
                within(of, binding(&self.kind), formatter)?;
                match end {
                    Some(end) => write!(formatter, "[{start}..{end}]"),
                    None => write!(formatter, "[{start}..]"),
                }
            }
            Kind::Mistaken => formatter.write_str("_"),
        }
    }
}

/// A part of an expression, in parentheses if it binds less than what is around it.
fn within(part: &Expression, least: u8, formatter: &mut Formatter<'_>) -> Result {
    if binding(&part.kind) < least {
        write!(formatter, "({part})")
    } else {
        part.fmt(formatter)
    }
}

/// How strongly an expression holds together.
const fn binding(kind: &Kind) -> u8 {
    match kind {
        Kind::Binary(Operation::Add | Operation::Subtract, ..) => 0,
        Kind::Binary(Operation::Multiply | Operation::Divide, ..) => 1,
        Kind::Negate(_) => 2,
        _ => 4,
    }
}

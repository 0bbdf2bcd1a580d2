//! An expression goes in, the text that documentation shows comes out: the same for the same tokens, whatever the
//! spaces between them were.

use super::block::{Block, Over, Statement};
use super::expression::{Expression, Index, IndexKind, Kind, Operation};
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
                element,
                arguments,
                ..
            } => {
                formatter.write_str(function)?;
                if let Some(element) = element {
                    write!(formatter, "[{element}]")?;
                }
                list("(", arguments, ")", formatter)
            }
            Kind::Array(parts) => list("[", parts, "]", formatter),
            Kind::Tuple(parts) => list("(", parts, ")", formatter),
            Kind::Entry { of, index } => {
                within(of, binding(&self.kind), formatter)?;
                write!(formatter, "[{index}]")
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

impl Display for Index {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match &self.kind {
            IndexKind::Number(position) => position.fmt(formatter),
            IndexKind::Name(name) => formatter.write_str(name),
        }
    }
}

impl Display for Block {
    /// One line for each statement and the result, indented within loops.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        lines(self, 0, formatter)
    }
}

fn lines(block: &Block, depth: usize, formatter: &mut Formatter<'_>) -> Result {
    let indentation = "    ".repeat(depth);
    for (position, statement) in block.statements.iter().enumerate() {
        if position > 0 {
            formatter.write_str("\n")?;
        }
        formatter.write_str(&indentation)?;
        match statement {
            Statement::Let {
                name,
                mutable,
                value,
            } => {
                let mutable = if mutable.is_some() { "mut " } else { "" };
                write!(formatter, "let {mutable}{name} = {value};")?;
            }
            Statement::Assign { name, value, .. } => write!(formatter, "{name} = {value};")?,
            Statement::For {
                name, over, body, ..
            } => {
                match over {
                    Over::Elements(array) => writeln!(formatter, "for {name} in {array} {{")?,
                    Over::Numbers(numbers) => {
                        let (start, end) = (numbers.start, numbers.end);
                        writeln!(formatter, "for {name} in {start}..{end} {{")?;
                    }
                }
                lines(body, depth + 1, formatter)?;
                write!(formatter, "\n{indentation}}}")?;
            }
        }
    }
    match &block.result {
        None => Ok(()),
        Some(result) if block.statements.is_empty() => write!(formatter, "{indentation}{result}"),
        Some(result) => write!(formatter, "\n{indentation}{result}"),
    }
}

/// Expressions with commas between them, in brackets.
fn list(open: &str, parts: &[Expression], close: &str, formatter: &mut Formatter<'_>) -> Result {
    formatter.write_str(open)?;
    for (position, part) in parts.iter().enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        write!(formatter, "{comma}{part}")?;
    }
    formatter.write_str(close)
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

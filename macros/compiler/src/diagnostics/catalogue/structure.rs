//! Answers about the struct: its kind, its generics, its attributes and the names it would give out.

use super::shown;
use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::{Ident, Span};

const EXAMPLE: &str = "`struct Net { hidden: [Dense<20, Tanh>; 3], output: Dense<1> }`";

/// An enum, a function, ...
pub fn not_a_struct(what: &str, keyword: Span) -> Diagnostic {
    Diagnostic::new(
        keyword,
        format!("`derive_network` defines a network by a struct, this is {what}"),
    )
    .help(format!("write the layers as fields: {EXAMPLE}"))
}

/// `struct Net(Dense<1>);`
pub fn tuple_struct(fields: &syn::FieldsUnnamed) -> Diagnostic {
    Diagnostic::new(
        Place::of(fields),
        "layers need names, and the fields of a tuple struct have none",
    )
    .help(format!("write named fields: {EXAMPLE}"))
}

/// `struct Net;` or `struct Net {}`
pub fn no_layers(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` has no field that is a layer"))
        .help(format!("write at least one layer: {EXAMPLE}"))
}

/// Type parameters, lifetimes, const parameters.
pub fn generics(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::new(Place::of(generics), "a network cannot be generic: every size must be known to the macro")
        .help("remove the parameters; write widths as numbers, and the type of numbers as `scalar = f32` or `scalar = f64`")
}

/// A where clause.
pub fn where_clause(clause: &syn::WhereClause) -> Diagnostic {
    Diagnostic::new(
        Place::of(clause),
        "a network cannot have a where clause, since it cannot be generic",
    )
    .help("remove the clause")
}

/// `#[derive_network]` below `#[derive_network]`.
pub fn repeated_attribute(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(
        Place::of(attribute),
        "`derive_network` is written twice on this struct",
    )
    .help("put all items into one attribute")
}

/// `#[derive(Eq)]` and others that floating-point numbers lack.
pub fn derive_of_floats(derived: &syn::Path) -> Diagnostic {
    let name = shown(derived);
    Diagnostic::new(Place::of(derived), format!("`{name}` cannot be derived: parameters are floating-point numbers, which lack it"))
        .help("networks can derive `Clone`, `Copy` (inline storage only), `Debug`, `Default` and `PartialEq`")
}

/// `#[derive(Copy)]` on a network whose parameters are on the heap.
pub fn copy_of_boxed(
    derived: &syn::Path,
    parameters: usize,
    bytes: usize,
    was_asked: bool,
) -> Diagnostic {
    let reason = if was_asked {
        "with `storage = boxed` the parameters are on the heap".to_owned()
    } else {
        format!(
            "its {parameters} parameters take {bytes} bytes, and above 16 KiB they are on the heap"
        )
    };
    Diagnostic::new(
        Place::of(derived),
        format!("`Copy` cannot be derived for this network: {reason}"),
    )
    .help("derive `Clone` only, or write `storage = inline` if copies of that size are meant")
}

/// `#[cfg(..)]` on a field and other attributes that a layer cannot have.
pub fn field_attribute(attribute: &syn::Attribute) -> Diagnostic {
    let name = shown(attribute.path());
    Diagnostic::new(Place::of(attribute), format!("a field cannot have the attribute `{name}`"))
        .help("fields take documentation, `#[layer(...)]`, `#[frozen]`, `#[allow(...)]`, `#[expect(...)]`, `#[must_use]` and `#[deprecated]`")
}

/// A field whose accessor would have the name of something else.
pub fn field_name_taken(field: &Ident, what: &str, accessor: &str, taken_by: &str) -> Diagnostic {
    let message = if *field == accessor {
        format!("a {what} cannot be named `{field}`: that is the name of {taken_by}")
    } else {
        format!(
            "a {what} cannot be named `{field}`: its accessor `{accessor}` would have the name of {taken_by}"
        )
    };
    Diagnostic::new(field, message).help(format!(
        "rename the {what}, for instance to `{field}_{what}`"
    ))
}

/// Two fields of one name.
pub fn field_repeated(field: &Ident) -> Diagnostic {
    Diagnostic::new(field, format!("two fields are named `{field}`"))
        .help("give each field a name of its own")
}

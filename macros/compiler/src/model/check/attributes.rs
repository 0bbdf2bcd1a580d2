//! Generics of the struct, attributes below ours and attributes of fields: what an expanded network can keep.

use crate::diagnostics::{Diagnostics, catalogue};
use crate::model::{Scalar, Storage};
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Path, Token};

/// What the parameters take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub parameters: usize,
    pub scalar: Scalar,
}

/// Traits that floating-point numbers lack.
const NOT_OF_FLOATS: [&str; 4] = ["Eq", "Ord", "PartialOrd", "Hash"];

/// Attributes of a field that its accessor can keep.
const KEPT_ON_FIELDS: [&str; 7] = [
    "doc",
    "allow",
    "warn",
    "expect",
    "deny",
    "must_use",
    "deprecated",
];

pub(super) fn check_generics(generics: &Generics, diagnostics: &mut Diagnostics) {
    if !generics.params.is_empty() {
        diagnostics.push(catalogue::generics(generics));
    }
    if let Some(clause) = &generics.where_clause {
        diagnostics.push(catalogue::where_clause(clause));
    }
}

/// Attributes of the struct. `written` is the storage that the definition asks for.
pub(super) fn check_attributes(
    attributes: &[Attribute],
    storage: Storage,
    written: Option<Storage>,
    memory: Memory,
    diagnostics: &mut Diagnostics,
) {
    for attribute in attributes {
        if attribute
            .path()
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "derive_network")
        {
            diagnostics.push(catalogue::repeated_attribute(attribute));
        }
    }
    for derived in attributes.iter().flat_map(derived_traits) {
        let Some(name) = derived.segments.last().map(|segment| &segment.ident) else {
            continue;
        };
        if NOT_OF_FLOATS.iter().any(|lacking| name == lacking) {
            diagnostics.push(catalogue::derive_of_floats(&derived));
        } else if name == "Copy" && storage == Storage::Boxed {
            let bytes = memory.parameters * memory.scalar.bytes();
            diagnostics.push(catalogue::copy_of_boxed(
                &derived,
                memory.parameters,
                bytes,
                written.is_some(),
            ));
        }
    }
}

/// The traits of a `#[derive(...)]`; none of any other attribute.
pub(crate) fn derived_traits(attribute: &Attribute) -> Vec<Path> {
    if !attribute.path().is_ident("derive") {
        return Vec::new();
    }
    let traits = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
    traits
        .map(|traits| traits.into_iter().collect())
        .unwrap_or_default()
}

/// What the attributes of a field say.
pub(super) struct FieldAttributes {
    /// Those that its accessor keeps.
    pub attributes: Vec<Attribute>,
    /// Whether one of them is `#[frozen]`.
    pub is_frozen: bool,
}

/// Sorts the attributes of a field.
pub(super) fn read_field_attributes(
    attributes: &[Attribute],
    diagnostics: &mut Diagnostics,
) -> FieldAttributes {
    let mut read = FieldAttributes {
        attributes: Vec::new(),
        is_frozen: false,
    };
    for attribute in attributes {
        let is = |name: &&str| attribute.path().is_ident(name);
        if attribute.path().is_ident("frozen") {
            if !matches!(attribute.meta, syn::Meta::Path(_)) {
                diagnostics.push(catalogue::frozen_form(attribute));
            } else if read.is_frozen {
                diagnostics.push(catalogue::frozen_repeated(attribute));
            }
            read.is_frozen = true;
        } else if KEPT_ON_FIELDS.iter().any(is) {
            read.attributes.push(attribute.clone());
        } else {
            diagnostics.push(catalogue::field_attribute(attribute));
        }
    }
    read
}

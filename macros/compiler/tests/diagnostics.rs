//! Is every mistake in a definition answered at the smallest thing the user typed, with what to write instead?
//!
//! Each file of `tests/diagnostics` holds wrong definitions; the answers stand beside it as `.expected`: where, what,
//! the line with what is underlined, and the help. `UPDATE_GOLDEN=1 cargo test` writes them anew.

use derive_network_compiler::diagnostics::Diagnostic;
use proc_macro2::{LineColumn, TokenStream};
use quote::ToTokens;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use syn::Attribute;

#[test]
fn wrong_definitions_are_answered_as_expected() {
    let mut failures = String::new();
    for path in definitions() {
        let source = fs::read_to_string(&path).unwrap();
        let found = answers(&source, &path);
        let golden = path.with_extension("expected");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &found).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if found != expected {
            writeln!(
                failures,
                "== {}\n-- expected\n{expected}-- found\n{found}",
                path.display()
            )
            .unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn there_are_many_and_each_has_message_span_and_help() {
    let mut definitions_count = 0;
    let mut mistakes = 0;
    for path in definitions() {
        let source = fs::read_to_string(&path).unwrap();
        for (attribute, item) in definitions_of(&source, &path) {
            definitions_count += 1;
            let found = derive_network_compiler::model(attribute, item).unwrap_err();
            mistakes += found.len();
            for diagnostic in found {
                assert!(
                    diagnostic.help.is_some(),
                    "{}: no help for: {}",
                    path.display(),
                    diagnostic.message
                );
            }
        }
    }
    println!("{definitions_count} wrong definitions with {mistakes} mistakes");
    assert!(definitions_count >= 45, "{definitions_count}");
}

#[test]
fn a_wrong_definition_still_expands_to_its_struct_and_what_it_asks_for() {
    for path in definitions() {
        let source = fs::read_to_string(&path).unwrap();
        for (attribute, item) in definitions_of(&source, &path) {
            let mistakes = derive_network_compiler::model(attribute.clone(), item.clone())
                .unwrap_err()
                .len();
            let expansion = derive_network_compiler::expand(attribute, item).to_string();
            let file = syn::parse_file(&expansion).unwrap();
            let is_error = |item: &&syn::Item| matches!(item, syn::Item::Macro(_));
            assert_eq!(
                file.items.iter().filter(is_error).count(),
                mistakes,
                "{}",
                path.display()
            );
            assert!(
                file.items.len() > mistakes,
                "{}: no item is left",
                path.display()
            );
        }
    }
}

fn definitions() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    paths
}

/// The tokens of each attribute of ours in a file, and of the item below it.
fn definitions_of(source: &str, path: &Path) -> Vec<(TokenStream, TokenStream)> {
    let file =
        syn::parse_file(source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut definitions = Vec::new();
    for mut item in file.items {
        let attributes = match &mut item {
            syn::Item::Struct(item) => &mut item.attrs,
            syn::Item::Enum(item) => &mut item.attrs,
            syn::Item::Fn(item) => &mut item.attrs,
            _ => panic!("{}: an item that this test does not know", path.display()),
        };
        let ours = attributes
            .iter()
            .position(|attribute| attribute.path().is_ident("derive_network"));
        let ours: Attribute =
            attributes.remove(ours.unwrap_or_else(|| panic!("{}: no attribute", path.display())));
        let tokens = match ours.meta {
            syn::Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        definitions.push((tokens, item.into_token_stream()));
    }
    definitions
}

fn answers(source: &str, path: &Path) -> String {
    let mut text = String::new();
    for (attribute, item) in definitions_of(source, path) {
        match derive_network_compiler::model(attribute, item) {
            Ok(network) => writeln!(text, "{} is accepted\n", network.name).unwrap(),
            Err(mistakes) => mistakes
                .iter()
                .for_each(|mistake| text += &answer(mistake, source)),
        }
    }
    text
}

/// A mistake as rustc would show it.
fn answer(mistake: &Diagnostic, source: &str) -> String {
    let (start, end) = mistake.spans();
    let (start, end) = (start.start(), end.end());
    let mut text = format!("error: {}\n", mistake.message);
    if start == (LineColumn { line: 1, column: 0 }) && end == start {
        text += "  at the attribute\n";
    } else {
        let line = source.lines().nth(start.line - 1).unwrap_or_default();
        let length = line.chars().count();
        let last = if end.line == start.line {
            end.column
        } else {
            length
        };
        let marks = "^".repeat(last.saturating_sub(start.column).max(1));
        writeln!(
            text,
            "  at {}:{} to {}:{}",
            start.line,
            start.column + 1,
            end.line,
            end.column + 1
        )
        .unwrap();
        writeln!(text, "  | {line}\n  | {}{marks}", " ".repeat(start.column)).unwrap();
    }
    if let Some(help) = &mistake.help {
        writeln!(text, "  help: {help}").unwrap();
    }
    text + "\n"
}

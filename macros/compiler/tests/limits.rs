//! Do definitions at and beyond the limits end in an answer, within the stack of a test thread?

use proc_macro2::TokenStream;

fn answers(attribute: &str, item: &str) -> Vec<String> {
    let (attribute, item): (TokenStream, TokenStream) =
        (attribute.parse().unwrap(), item.parse().unwrap());
    let expansion = derive_network_compiler::expand(attribute.clone(), item.clone());
    syn::parse2::<syn::File>(expansion).unwrap();
    match derive_network_compiler::model(attribute, item) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes
            .into_iter()
            .map(|mistake| mistake.message)
            .collect(),
    }
}

const MANY: &str =
    "this is behind 1000 tokens without a comma or semicolon, or in more than 48 brackets";
const STRUCT: &str = "struct Network { output: Dense<1, F> }";

/// Answers to a formula as the activation of the only layer.
fn answers_to_formula(formula: &str) -> Vec<String> {
    let attribute = format!("input(x), activation(F = |z| {formula}, G = |z| z)");
    answers(&attribute, STRUCT)
}

#[test]
fn long_formulas_are_read_or_refused() {
    let large = "this formula has more than 400 operations";
    assert!(answers_to_formula(&format!("z {}", "+ z".repeat(399))).is_empty());
    assert_eq!(
        answers_to_formula(&format!("z {}", "+ z".repeat(450))),
        [large]
    );
    assert_eq!(
        answers_to_formula(&format!("{} z", "- ".repeat(900))),
        [large]
    );
    assert_eq!(
        answers_to_formula(&format!("{} z", "- ".repeat(1100)))[0],
        MANY
    );
}

#[test]
fn deep_brackets_are_refused() {
    for (open, close) in [("(", ")"), ("sin(", ")"), ("[", "]"), ("{", "}")] {
        let deep = format!("{}z{}", open.repeat(100), close.repeat(100));
        assert_eq!(answers_to_formula(&deep)[0], MANY);
    }
    assert!(answers_to_formula(&format!("{}z{}", "sin(".repeat(40), ")".repeat(40))).is_empty());
}

#[test]
fn deep_types_are_refused() {
    let deep = format!(
        "struct Network {{ output: {}Dense<1>{} }}",
        "Dense<".repeat(2000),
        ">".repeat(2000)
    );
    assert_eq!(answers("input(x)", &deep), [MANY]);
}

#[test]
fn activations_that_call_each_other_do_not_explode() {
    let mut formulas = vec!["A0 = |z| z * z".to_owned()];
    for index in 1..30 {
        formulas.push(format!(
            "A{index} = |z| a{}(z) * a{}(z)",
            index - 1,
            index - 1
        ));
    }
    let attribute = format!("input(x), activation({})", formulas.join(", "));
    let item = "struct Network { output: Dense<1, A29> }";
    assert_eq!(
        answers(&attribute, item),
        ["this formula has more than 400 operations"]
    );
}

#[test]
fn many_layers_are_a_network() {
    let item = "struct Network { hidden: [Dense<1>; 4095], output: Dense<1> }";
    let (attribute, item) = ("input(x)".parse().unwrap(), item.parse().unwrap());
    assert_eq!(
        derive_network_compiler::model(attribute, item)
            .unwrap()
            .layers
            .len(),
        4096
    );
}

//! Do definitions at and beyond the limits end in an answer, within the stack of a test thread?

use derive_network_compiler::lower::lower_definition;
use proc_macro2::TokenStream;

fn answers(attribute: &str, item: &str) -> Vec<String> {
    let (attribute, item): (TokenStream, TokenStream) =
        (attribute.parse().unwrap(), item.parse().unwrap());
    let expansion = derive_network_compiler::expand(attribute.clone(), item.clone());
    syn::parse2::<syn::File>(expansion).unwrap();
    match derive_network_compiler::model(attribute, item) {
        Ok(network) => {
            let lowered = lower_definition(&network);
            assert_eq!(lowered.functions.len(), network.functions.len());
            Vec::new()
        }
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

/// Answers to a definition with these functions of `u` and `t`.
fn answers_to_define(statements: &str) -> Vec<String> {
    let attribute = format!("input(t), output(u), define = {{ {statements} }}");
    answers(
        &attribute,
        "struct Network { hidden: Dense<2, Tanh>, output: Dense<1> }",
    )
}

#[test]
fn long_formulas_of_functions_are_read_or_refused() {
    let large = "this formula has more than 400 operations";
    for sign in ["+", "-", "*", "/"] {
        let formula = |count: usize| format!("let f = u {};", format!("{sign} t ").repeat(count));
        assert!(answers_to_define(&formula(199)).is_empty(), "{sign}");
        assert_eq!(answers_to_define(&formula(450)), [large], "{sign}");
        assert_eq!(answers_to_define(&formula(600))[0], MANY, "{sign}");
    }
    assert!(answers_to_define(&format!("let f = {} u;", "- ".repeat(900))).is_empty());
    assert_eq!(
        answers_to_define(&format!("let f = {} u;", "- ".repeat(1100)))[0],
        MANY
    );
    let nested = |depth: usize| format!("let f = {}u{};", "sin(".repeat(depth), ")".repeat(depth));
    assert!(answers_to_define(&nested(40)).is_empty());
    assert_eq!(answers_to_define(&nested(50))[0], MANY);
}

#[test]
fn functions_that_use_each_other_do_not_explode() {
    let functions = (1..200).map(|index| format!("let f{index} = f{0} * f{0};", index - 1));
    let functions: String = functions.collect();
    let all = format!("let f0 = u; {functions}");
    assert!(answers_to_define(&all).is_empty());
    let derived = format!("{all} let g = d(f199, t, t);");
    assert!(answers_to_define(&derived).is_empty());
}

#[test]
fn many_functions_and_losses_are_refused() {
    let functions: String = (0..257).map(|index| format!("let f{index} = u;")).collect();
    assert_eq!(
        answers_to_define(&functions),
        ["with `f256` the definition has more than 256 functions"]
    );
    let losses: Vec<String> = (0..257)
        .map(|index| format!("l{index} = mean(u)"))
        .collect();
    let attribute = format!("input(t), output(u), loss({})", losses.join(", "));
    assert_eq!(
        answers(&attribute, "struct Network { output: Dense<1> }"),
        ["with `l256` the definition has more than 256 losses"]
    );
}

#[test]
fn derivatives_of_derivatives_are_counted_through_functions() {
    let chain = |count: usize| {
        let functions = (1..=count).map(|index| format!("let f{index} = d(f{}, t);", index - 1));
        format!("let f0 = u; {}", functions.collect::<String>())
    };
    assert!(answers_to_define(&chain(8)).is_empty());
    assert_eq!(
        answers_to_define(&chain(9)),
        ["this is a derivative of order 9, more than the 8 that are supported"]
    );
}

#[test]
fn the_largest_index_is_outside() {
    let mistakes = answers_to_define("let first = u[18446744073709551615];");
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
}

/// Answers to a definition with this `forward` over `blocks`, as many layers of two, and `last`, one of one.
fn answers_to_forward(blocks: usize, statements: &str) -> Vec<String> {
    let attribute = format!("input(x: 2), derive(hessian), forward = {{ {statements} }}");
    let item = format!("struct Network {{ blocks: [Dense<2, Tanh>; {blocks}], last: Dense<1> }}");
    answers(&attribute, &item)
}

#[test]
fn deep_residual_networks_are_compiled() {
    let residual = "let mut u = x; for block in blocks { u = u + 0.5 * u * block(u); } last(u)";
    assert!(answers_to_forward(64, residual).is_empty());
}

#[test]
fn names_that_double_what_is_below_do_not_explode() {
    let doubled = "let mut u = x; for i in 0..200 { u = u + u * u; } last(blocks(u))";
    assert!(answers_to_forward(2, doubled).is_empty());
    let lets: String = (1..200)
        .map(|index| format!("let u{index} = u{0} - 0.5 * u{0} * u{0};", index - 1))
        .collect();
    let doubled = format!("let u0 = x; {lets} last(blocks(u199))");
    assert!(answers_to_forward(2, &doubled).is_empty());
}

#[test]
fn loops_within_loops_are_counted() {
    let nested = "let mut u = x; for a in blocks { for b in blocks { u += a(b(u)); } } last(u)";
    assert!(answers_to_forward(8, nested).is_empty());
    assert_eq!(
        answers_to_forward(
            200,
            "let mut u = x; for i in 0..200 { u = blocks(u); } last(u)"
        ),
        ["with this call formulas call layers more than 16384 times"]
    );
    let empty = "let mut u = x; for i in 0..200 { for j in 0..200 { u = i * u; } } last(blocks(u))";
    assert_eq!(
        answers_to_forward(1, empty),
        ["with its loops written out, `forward` has more than 16384 statements"]
    );
    let endless = "let mut u = x; for i in 0..18446744073709551615 { u = i * u; } last(blocks(u))";
    assert_eq!(answers_to_forward(1, endless).len(), 1);
}

#[test]
fn many_fields_in_one_formula_are_a_network() {
    let fields: String = (0..300)
        .map(|index| format!("f{index}: Dense<1>,"))
        .collect();
    let calls: Vec<String> = (0..150)
        .map(|index| format!("f{}(f{}(x))", 2 * index, 2 * index + 1))
        .collect();
    let attribute = format!("input(x), forward = {{ {} }}", calls.join(" + "));
    let mistakes = answers(&attribute, &format!("struct Network {{ {fields} }}"));
    assert_eq!(mistakes, ["this formula has more than 400 operations"]);
    let sum: String = calls.iter().map(|call| format!("sum += {call};")).collect();
    let attribute = format!("input(x), forward = {{ let mut sum = 0.0; {sum} sum }}");
    let mistakes = answers(&attribute, &format!("struct Network {{ {fields} }}"));
    assert!(mistakes.is_empty(), "{mistakes:?}");
}

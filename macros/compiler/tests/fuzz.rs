//! Does any definition, sensible or not, make the compiler panic or write what is no Rust?
//!
//! Definitions are generated from the grammar, small and mostly meant to be right; most are then mutated, token by
//! token. Each is expanded and the expansion parsed again. 20,000 seeded cases run by default; `FUZZ_SEED` changes the
//! seed, and `FUZZ_SECONDS` runs for a time instead, on as many threads as `FUZZ_THREADS` says (all there are).

use derive_network_compiler::parse;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Cases of a run without `FUZZ_SECONDS`.
const CASES: u64 = 20_000;

/// What became of the cases.
#[derive(Clone, Debug, Default)]
struct Counts {
    generated: u64,
    parsed: u64,
    emitted: u64,
    /// By where or how a case failed, how often, and the shortest definition that did.
    failures: BTreeMap<String, (u64, String)>,
}

thread_local! {
    /// Where the last panic of this thread was.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

#[test]
fn every_definition_is_answered_with_rust() {
    let seed = environment("FUZZ_SEED").unwrap_or(1);
    let seconds = environment("FUZZ_SECONDS");
    let available = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let threads = environment("FUZZ_THREADS").unwrap_or(available).max(1);
    let deadline = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let run = move |thread: u64| {
        let mut counts = Counts::default();
        let mut case = thread;
        while deadline.map_or(case < CASES, |deadline| Instant::now() < deadline) {
            let seed = seed.wrapping_mul(1 << 40).wrapping_add(case);
            if let Err((place, text)) = check(seed, &mut counts) {
                counts.add_failure(place, 1, text);
            }
            case += threads;
        }
        counts
    };
    let silenced = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        PANIC.set(place.unwrap_or_default());
    }));
    let workers: Vec<_> = (0..threads)
        .map(|thread| std::thread::spawn(move || run(thread)))
        .collect();
    let finished: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
    std::panic::set_hook(silenced);
    let mut total = Counts::default();
    for counts in finished {
        total.add(counts.expect("the fuzzer itself failed"));
    }
    let Counts {
        generated,
        parsed,
        emitted,
        failures,
    } = total;
    println!(
        "{generated} definitions generated, {parsed} passed the parser, {emitted} were emitted as networks, \
         seed {seed}"
    );
    let report = failures
        .iter()
        .map(|(place, (count, text))| format!("{count} times {place}\n{text}\n"));
    let report: String = report.collect();
    assert!(report.is_empty(), "{report}");
    assert!(
        parsed * 10 >= generated * 3,
        "too few definitions pass the parser"
    );
    assert!(
        emitted * 10 >= generated,
        "too few definitions are networks"
    );
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.generated += other.generated;
        self.parsed += other.parsed;
        self.emitted += other.emitted;
        for (place, (count, text)) in other.failures {
            self.add_failure(place, count, text);
        }
    }

    fn add_failure(&mut self, place: String, count: u64, text: String) {
        let failure = self
            .failures
            .entry(place)
            .or_insert_with(|| (0, text.clone()));
        failure.0 += count;
        if text.len() < failure.1.len() {
            failure.1 = text;
        }
    }
}

/// Expands one case; how it failed, and its definition, if that panics or writes what is no Rust.
fn check(seed: u64, counts: &mut Counts) -> Result<(), (String, String)> {
    let mut random = Random(seed);
    let (attribute, item) = generate(&mut random);
    let (attribute, item): (TokenStream, TokenStream) =
        (attribute.parse().unwrap(), item.parse().unwrap());
    let (attribute, item) = mutate(attribute, item, &mut random);
    counts.generated += 1;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        expand(attribute.clone(), item.clone(), counts)
    }));
    let outcome = outcome.unwrap_or_else(|_| Err(format!("panic at {}", PANIC.take())));
    let text = || format!("seed {seed}\n#[derive_network({attribute})]\n{item}");
    let outcome = outcome.map_err(|failure| (failure, text()));
    drop((attribute, item));
    // Else proc-macro2 keeps the text of every case for its spans.
    proc_macro2::extra::invalidate_current_thread_spans();
    outcome
}

fn expand(attribute: TokenStream, item: TokenStream, counts: &mut Counts) -> Result<(), String> {
    let (definition, mistakes) = parse::parse(attribute.clone(), item.clone());
    let is_parsed = definition.is_some() && mistakes.is_empty();
    let is_network = derive_network_compiler::model(attribute.clone(), item.clone()).is_ok();
    counts.parsed += u64::from(is_parsed);
    let expansion = derive_network_compiler::expand(attribute, item).to_string();
    syn::parse_file(&expansion).map_err(|error| format!("expansion that is no Rust: {error}"))?;
    if is_network == expansion.contains("compile_error") {
        return Err("neither a network nor an error, or both".to_owned());
    }
    counts.emitted += u64::from(is_network);
    Ok(())
}

fn environment(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// True once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const ACTIVATIONS: [&str; 13] = [
    "Identity",
    "Sigmoid",
    "Tanh",
    "Relu",
    "LeakyRelu",
    "Elu",
    "Softplus",
    "Silu",
    "Gelu",
    "GeluTanh",
    "Sin",
    "LogCosh2",
    "Swish",
];
const FUNCTIONS: [&str; 18] = [
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
    "gelu_tanh",
    "sin",
    "log_cosh2",
    "exp",
    "exp_m1",
    "ln",
    "sqrt",
    "cos",
    "tan",
    "abs",
];
const REQUESTS: [&str; 9] = [
    "value",
    "gradient",
    "jacobian",
    "hessian",
    "laplacian",
    "adjoint_hessian",
    "jvp",
    "vjp",
    "hvp",
];

/// The text of an attribute and of the item below it.
fn generate(random: &mut Random) -> (String, String) {
    let mut items = vec![generate_inputs(random)];
    if !random.once_in(4) {
        items.push(generate_requests(random));
    }
    if random.once_in(3) {
        items.push(format!("scalar = {}", random.pick(&["f32", "f64"])));
    }
    if random.once_in(6) {
        items.push(format!("storage = {}", random.pick(&["inline", "boxed"])));
    }
    if !random.once_in(3) {
        items.push("allow(kinks)".to_owned());
    }
    let formula = generate_formula(random, 4);
    if !random.once_in(3) {
        items.push(format!("activation(Swish = |z| {formula})"));
    }
    if random.once_in(6) {
        items.push("output(u)".to_owned());
    }
    let position = random.below(items.len());
    items.swap(0, position);
    (items.join(", "), generate_struct(random))
}

fn generate_inputs(random: &mut Random) -> String {
    let names = ["x", "t", "wind_speed", "r#type", "ξ"];
    let count = 1 + random.below(3);
    let inputs: Vec<String> = names[..count]
        .iter()
        .map(|name| {
            if random.once_in(2) {
                (*name).to_owned()
            } else {
                format!("{name}: {}", 1 + random.below(4))
            }
        })
        .collect();
    format!("input({})", inputs.join(", "))
}

fn generate_requests(random: &mut Random) -> String {
    let mut requests: Vec<String> = Vec::new();
    for name in REQUESTS {
        if random.once_in(4) {
            let order = random.pick(&["automatic", "contraction", "recursion", "mixed", "forward"]);
            let takes_order =
                ["hessian", "laplacian", "adjoint_hessian"].contains(&name) && random.once_in(2);
            requests.push(if takes_order {
                format!("{name}(order = {order})")
            } else {
                name.to_owned()
            });
        }
    }
    format!("derive({})", requests.join(", "))
}

fn generate_formula(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.once_in(4) {
        return random
            .pick(&["z", "z", "z", "1.0", "0.5", "2", "PI", "1e-3"])
            .to_owned();
    }
    let mut part = || generate_formula(random, depth - 1);
    let (left, right) = (part(), part());
    match random.below(7) {
        0 => format!("{left} + {right}"),
        1 => format!("({left}) * ({right})"),
        2 => format!("({left} - {right})"),
        3 => format!("({left}) / (1.0 + exp({right}))"),
        4 => format!("-({left})"),
        5 => format!("powi({left}, {})", random.below(5)),
        _ => format!("{}({left})", random.pick(&FUNCTIONS)),
    }
}

fn generate_struct(random: &mut Random) -> String {
    let mut text = String::new();
    for line in [
        "/// A network.",
        "#[derive(Clone, Debug)]",
        "#[derive(PartialEq)]",
        "#[must_use]",
        "pub(crate)",
    ] {
        if random.once_in(3) {
            writeln!(text, "{line}").unwrap();
        }
    }
    writeln!(text, "struct Network {{").unwrap();
    let names = ["first", "second", "third", "r#fn"];
    let count = 1 + random.below(3);
    for name in &names[..count] {
        if random.once_in(5) {
            writeln!(text, "/// A layer.").unwrap();
        }
        if random.once_in(5) {
            writeln!(text, "#[layer(bias = {})]", random.once_in(2)).unwrap();
        }
        let width = 1 + random.below(4);
        let layer = generate_layer(random, width);
        if random.once_in(3) {
            writeln!(text, "{name}: [{layer}; {}],", 1 + random.below(3)).unwrap();
        } else {
            writeln!(text, "{name}: {layer},").unwrap();
        }
    }
    let outputs = if random.once_in(4) { 2 } else { 1 };
    writeln!(text, "output: {},\n}}", generate_layer(random, outputs)).unwrap();
    text
}

fn generate_layer(random: &mut Random, width: usize) -> String {
    if random.once_in(3) {
        format!("Dense<{width}>")
    } else {
        format!("Dense<{width}, {}>", random.pick(&ACTIVATIONS))
    }
}

/// Changes few tokens of a definition, or none.
fn mutate(
    attribute: TokenStream,
    item: TokenStream,
    random: &mut Random,
) -> (TokenStream, TokenStream) {
    let mut streams = [attribute, item];
    let mutations = [0, 0, 1, 1, 2, 4][random.below(6)];
    for _ in 0..mutations {
        let which = random.below(2);
        let mut tokens = Vec::new();
        flatten(&streams[0], &mut tokens);
        flatten(&streams[1], &mut tokens);
        let position = random.below(count(&streams[which]));
        streams[which] = mutate_at(streams[which].clone(), &mut { position }, &tokens, random);
    }
    let [attribute, item] = streams;
    (attribute, item)
}

/// The stream with the token of that position changed, counted in the order of the text.
fn mutate_at(
    stream: TokenStream,
    position: &mut usize,
    others: &[TokenTree],
    random: &mut Random,
) -> TokenStream {
    let mut mutated = Vec::new();
    for token in stream {
        let is_chosen = *position == 0;
        *position = position.wrapping_sub(1);
        if is_chosen {
            match random.below(6) {
                0 => {}
                1 => mutated.extend([token.clone(), token]),
                2 => mutated.extend([generate_token(random), token]),
                3 if !others.is_empty() => mutated.push(others[random.below(others.len())].clone()),
                4 => mutated.push(misspell(&token, random)),
                _ => mutated.push(generate_token(random)),
            }
            continue;
        }
        match token {
            TokenTree::Group(group) if *position < count(&group.stream()) => {
                let inner = mutate_at(group.stream(), position, others, random);
                mutated.push(Group::new(group.delimiter(), inner).into());
                *position = usize::MAX / 2;
            }
            TokenTree::Group(group) => {
                *position = position.wrapping_sub(count(&group.stream()));
                mutated.push(group.into());
            }
            token => mutated.push(token),
        }
    }
    mutated.into_iter().collect()
}

fn generate_token(random: &mut Random) -> TokenTree {
    let names = [
        "Dense",
        "input",
        "derive",
        "x",
        "order",
        "recursion",
        "struct",
        "enum",
        "_",
        "self",
        "bias",
        "layer",
        "value",
        "for",
        "ß",
        "hidden_mut",
        "INPUTS",
    ];
    match random.below(8) {
        0 => Ident::new(random.pick(&names), Span::call_site()).into(),
        1 => Ident::new(random.pick(&REQUESTS), Span::call_site()).into(),
        2 => Punct::new(
            [',', ':', '=', '<', '>', '|', '*', '-', '#', '!', ';', '.'][random.below(12)],
            Spacing::Alone,
        )
        .into(),
        3 => Literal::usize_unsuffixed([0, 1, 7, usize::MAX][random.below(4)]).into(),
        4 => Literal::f64_unsuffixed([0.0, 2.5, 1e300, 5e-324][random.below(4)]).into(),
        5 => Literal::i32_unsuffixed(-3).into(),
        6 => Literal::string("text").into(),
        _ => {
            let delimiters = [
                Delimiter::Parenthesis,
                Delimiter::Brace,
                Delimiter::Bracket,
                Delimiter::None,
            ];
            Group::new(delimiters[random.below(4)], TokenStream::new()).into()
        }
    }
}

/// A name with two letters swapped or one left out; another token as it is, in brackets.
fn misspell(token: &TokenTree, random: &mut Random) -> TokenTree {
    if let TokenTree::Ident(name) = token {
        let mut letters: Vec<char> = name
            .to_string()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if letters.len() > 2 {
            let position = 1 + random.below(letters.len() - 2);
            letters.swap(position, position + 1);
            if random.once_in(2) {
                letters.pop();
            }
            let name: String = letters.into_iter().collect();
            if let Ok(name) = syn::parse_str::<Ident>(&name) {
                return name.into();
            }
        }
    }
    Group::new(Delimiter::Parenthesis, token.clone().into()).into()
}

fn flatten(stream: &TokenStream, tokens: &mut Vec<TokenTree>) {
    for token in stream.clone() {
        if let TokenTree::Group(group) = &token {
            flatten(&group.stream(), tokens);
        }
        tokens.push(token);
    }
}

fn count(stream: &TokenStream) -> usize {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => 1 + count(&group.stream()),
        _ => 1,
    };
    stream.clone().into_iter().map(of).sum()
}

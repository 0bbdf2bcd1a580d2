//! Does any definition, sensible or not, make the compiler panic or write what is no Rust?
//!
//! Definitions are generated from the grammar, small and mostly meant to be right; most are then mutated, token by
//! token. Each is expanded and the expansion parsed again; functions and losses of networks are lowered and verified.
//! 20,000 seeded cases run by default; `FUZZ_SEED` changes the
//! seed, and `FUZZ_SECONDS` runs for a time instead, on as many threads as `FUZZ_THREADS` says (all there are).

mod formulas;
mod forward;
mod generate;
mod images;
mod mutate;
mod random;

use derive_network_compiler::lower::lower_definition;
use derive_network_compiler::parse;
use derive_network_symbolic::ir::Output;
use generate::generate;
use mutate::mutate;
use proc_macro2::TokenStream;
use random::Random;
use std::cell::RefCell;
use std::collections::BTreeMap;
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
    /// Networks with functions or losses.
    with_formulas: u64,
    /// Networks with a `forward`.
    with_forward: u64,
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
        with_formulas,
        with_forward,
        failures,
    } = total;
    println!(
        "{generated} definitions generated, {parsed} passed the parser, {emitted} were emitted as networks, \
         {with_formulas} of them with functions or losses, {with_forward} with a `forward`, seed {seed}"
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
    assert!(
        with_formulas * 20 >= generated,
        "too few networks have functions or losses"
    );
    assert!(
        with_forward * 25 >= generated,
        "too few networks have a `forward`"
    );
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.generated += other.generated;
        self.parsed += other.parsed;
        self.emitted += other.emitted;
        self.with_formulas += other.with_formulas;
        self.with_forward += other.with_forward;
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
    let network = derive_network_compiler::model(attribute.clone(), item.clone()).ok();
    let is_network = network.is_some();
    counts.parsed += u64::from(is_parsed);
    let expansion = derive_network_compiler::expand(attribute, item);
    let file = syn::parse2::<syn::File>(expansion);
    let file = file.map_err(|error| format!("expansion that is no Rust: {error}"))?;
    let is_error = matches!(file.items.first(), Some(syn::Item::Macro(_)));
    if is_network == is_error {
        return Err("neither a network nor an error, or both".to_owned());
    }
    counts.emitted += u64::from(is_network);
    if let Some(network) = network {
        let has_formulas = !network.functions.is_empty() || !network.losses.is_empty();
        counts.with_formulas += u64::from(has_formulas);
        counts.with_forward += u64::from(network.forward.text.is_some());
        let mut lowered = lower_definition(&network);
        let densities = lowered.losses.iter();
        let densities = densities
            .flat_map(|loss| [loss.sum_part, loss.mean_part])
            .flatten();
        let nodes = lowered.functions.iter().copied().chain(densities);
        let value = lowered.program.outputs[0].node;
        let nodes = nodes.chain([value]);
        let outputs = nodes.map(|node| Output {
            name: String::new(),
            node,
        });
        lowered.program.outputs = outputs.collect();
        lowered
            .program
            .verify()
            .map_err(|fault| format!("a fault in the graph: {fault}"))?;
    }
    Ok(())
}

fn environment(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
}

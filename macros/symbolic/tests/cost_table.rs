//! What does each elimination cost, which is the cheapest, and does the page in `docs` still say so?
//!
//! `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test cost_table` writes the page.

mod support;

use derive_network_symbolic::functions::Activation;
use derive_network_symbolic::request::{Derived, Elimination, Request, derive};
use std::fmt::Write;
use support::{chain, compare_page};

const INPUTS: [usize; 16] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const HIDDEN: [usize; 3] = [32, 32, 32];
/// Forward over forward carries a tangent for each pair of inputs: beyond this many its program is not even built.
const FORWARD: usize = 64;

/// tanh in the hidden layers, one linear output.
fn hessian(inputs: usize, hidden: &[usize], elimination: Elimination) -> Derived {
    derive(&network(inputs, hidden), Request::Hessian, elimination)
}

fn network(inputs: usize, hidden: &[usize]) -> derive_network_symbolic::ir::Program {
    let widths = [&[inputs], hidden, &[1]].concat();
    let mut activations = vec![Activation::Tanh; hidden.len()];
    activations.push(Activation::Identity);
    chain(&widths, &activations)
}

const COLUMNS: [(&str, Elimination); 4] = [
    ("contraction", Elimination::Contraction),
    ("recursion", Elimination::Recursion),
    ("shortest path", Elimination::ShortestPath),
    ("forward", Elimination::Forward),
];

/// For each input width the derived Hessians, in the order of the columns.
fn derived() -> Vec<(usize, Vec<Option<Derived>>)> {
    let row = |inputs: usize| {
        let columns = COLUMNS.iter().map(|(_, elimination)| {
            let is_hopeless = *elimination == Elimination::Forward && inputs > FORWARD;
            (!is_hopeless).then(|| hessian(inputs, &HIDDEN, *elimination))
        });
        (inputs, columns.collect())
    };
    INPUTS.into_iter().map(row).collect()
}

fn page(rows: &[(usize, Vec<Option<Derived>>)]) -> String {
    let mut page = String::from(
        "# The cost model in figures\n\n\
         Value, gradient and Hessian of d - 32 - 32 - 32 - 1, tanh and a linear output, for d inputs. Written by\n\
         `UPDATE_DOCS=1 cargo test -p derive-network-symbolic --test cost_table`, which also compares it.\n\n",
    );
    table(
        &mut page,
        "Multiply-adds a point, one triangle of symmetric results",
        rows,
        &|derived| derived.cost.multiply_adds,
    );
    table(
        &mut page,
        "Weight: what the choice compares, in multiply-adds",
        rows,
        &|derived| derived.cost.weight,
    );
    page.push_str("## The shortest path and the automatic choice\n\n| d | cuts of the shortest path | automatic |\n|---:|---|---|\n");
    for (inputs, columns) in rows {
        let path = &columns[2].as_ref().expect("a path").elimination;
        let path = path.rsplit("widths ").next().unwrap_or(path);
        let chosen = hessian(*inputs, &HIDDEN, Elimination::Automatic).elimination;
        let chosen = chosen
            .split(" over cuts")
            .next()
            .unwrap_or(&chosen)
            .to_owned();
        let _ = writeln!(page, "| {inputs} | {path} | {chosen} |");
    }
    page.push_str("\n## Crossings\n\n");
    for (a, b) in [(3, 0), (3, 1), (0, 1), (0, 2), (1, 2)] {
        let _ = writeln!(
            page,
            "- By weight, {} beside {}: {}.",
            COLUMNS[a].0,
            COLUMNS[b].0,
            crossing(rows, a, b)
        );
    }
    page
}

fn table(
    page: &mut String,
    title: &str,
    rows: &[(usize, Vec<Option<Derived>>)],
    figure: &dyn Fn(&Derived) -> f64,
) {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let _ = write!(
        page,
        "## {title}\n\n| d | {} |\n|---:|{}\n",
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for (inputs, columns) in rows {
        let figures = columns.iter().map(|derived| match derived {
            Some(derived) => format!("{:.0}", figure(derived)),
            None => "-".to_owned(),
        });
        let _ = writeln!(
            page,
            "| {inputs} | {} |",
            figures.collect::<Vec<_>>().join(" | ")
        );
    }
    page.push('\n');
}

/// Where the first column is cheaper than the second, as dear, or dearer: ranges of widths in words.
fn crossing(rows: &[(usize, Vec<Option<Derived>>)], a: usize, b: usize) -> String {
    let weight = |columns: &[Option<Derived>], column: usize| {
        columns[column]
            .as_ref()
            .map_or(f64::INFINITY, |derived| derived.cost.weight)
    };
    let mut ranges: Vec<(&str, usize, usize)> = Vec::new();
    for (inputs, columns) in rows {
        let word = match weight(columns, a).total_cmp(&weight(columns, b)) {
            std::cmp::Ordering::Less => "cheaper",
            std::cmp::Ordering::Equal => "the same",
            std::cmp::Ordering::Greater => "dearer",
        };
        match ranges.last_mut() {
            Some((known, _, end)) if *known == word => *end = *inputs,
            _ => ranges.push((word, *inputs, *inputs)),
        }
    }
    let words = ranges.iter().map(|(word, start, end)| match start {
        start if start == end => format!("{word} for d = {start}"),
        start => format!("{word} for d = {start} to {end}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_is_what_the_model_says() {
    let rows = derived();
    for (inputs, columns) in &rows {
        let weight = |column: usize| {
            columns[column]
                .as_ref()
                .map_or(f64::INFINITY, |derived| derived.cost.weight)
        };
        assert!(
            weight(2) <= weight(0).min(weight(1)),
            "the path is not the shortest for {inputs} inputs"
        );
    }
    let page = page(&rows);
    compare_page("cost-model", &page);
}

/// The better counts of DESIGN section 4: the Hessian alone, value and gradient given.
#[test]
fn published_counts_are_reached() {
    for (inputs, hidden, most) in [
        (60, &[20, 50, 50][..], 132_000.0),
        (40, &[64, 8, 64, 64], 126_000.0),
    ] {
        let gradient = derive(
            &network(inputs, hidden),
            Request::Gradient,
            Elimination::Automatic,
        );
        let hessian = hessian(inputs, hidden, Elimination::Automatic);
        let count = hessian.cost.multiply_adds - gradient.cost.multiply_adds;
        println!(
            "{inputs} - {hidden:?} - 1: {count} multiply-adds, {}",
            hessian.elimination
        );
        assert!(
            count <= most,
            "{inputs} - {hidden:?} - 1: {count} multiply-adds, not {most}"
        );
    }
}

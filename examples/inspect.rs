//! A small model at every stage of the compiler: `cargo run --example inspect`.
//!
//! Definition, value program, derived program, loops, Rust. `--all` prints the whole expansion, `--quick` is accepted.

use derive_network::prelude::*;
use derive_network_compiler::model::RequestKind;
use derive_network_compiler::request::schedule_request;
use derive_network_compiler::{lower, model};
use derive_network_symbolic::interpret::interpret;
use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};

/// Defines a network and keeps its text, so that rustc and the stages below read the same definition.
macro_rules! definition {
    (#[derive_network($($attribute:tt)*)] $($item:tt)*) => {
        #[derive_network($($attribute)*)]
        $($item)*

        const ATTRIBUTE: &str = stringify!($($attribute)*);
        const ITEM: &str = stringify!($($item)*);
    };
}

definition! {
    #[derive_network(input(x: 2), derive(hessian))]
    struct Small {
        hidden: Dense<4, Tanh>,
        output: Dense<1>,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let all = std::env::args().any(|argument| argument == "--all");

    title("1. The definition, as it was written");
    let definition = format!("#[derive_network({ATTRIBUTE})] {ITEM}");
    println!("{}", formatted(&definition).unwrap_or(definition));

    title("2. The value, as a tensor program");
    println!(
        "[i] %0[j] %1[ij] is a contraction: entry i of the result, summed over j, which the result lacks.\n"
    );
    let network =
        model(ATTRIBUTE.parse()?, ITEM.parse()?).map_err(|mistakes| mistakes[0].text())?;
    let value = lower::lower(&network);
    println!("{value}");

    title("3. Value, gradient and Hessian, derived from it");
    let hessian = network
        .requests
        .iter()
        .find(|request| request.kind == RequestKind::Hessian);
    let hessian = hessian.ok_or("the definition asks for no Hessian")?;
    let scheduled = schedule_request(&value, hessian, network.scalar);
    let derived = &scheduled.derived;
    println!(
        "By {}, {} flops a point.\n",
        derived.elimination,
        derived.cost.flops()
    );
    println!("{}", derived.program);

    title("4. Loops for a batch: lanes are points, an element of a block is a vector");
    println!("{}", scheduled.batch);
    title("5. Loops for one point: lanes are rows of tensors");
    println!("{}", scheduled.single);

    title("6. The Rust that rustc compiles");
    let expansion = derive_network_compiler::expand(ATTRIBUTE.parse()?, ITEM.parse()?).to_string();
    print_expansion(&expansion, all);

    title("7. Both readers agree");
    let small = Small::glorot_uniform(7);
    let x = vector![0.15, 0.1];
    let interpreted = interpret(
        &derived.program,
        &[x.as_slice().to_vec()],
        small.parameters(),
    );
    let (value, gradient, hessian) = small.hessian(&x);
    println!(
        "                 {:>24} {:>24}",
        "interpreted program", "compiled lanes"
    );
    let compiled = [&[value], gradient.as_slice(), hessian.as_slice()].concat();
    let interpreted = interpreted.iter().flat_map(|tensor| &tensor.entries);
    let names = ["u", "u_1", "u_2", "u_11", "u_21", "u_12", "u_22"];
    for ((name, interpreted), compiled) in names.iter().zip(interpreted).zip(compiled) {
        println!("{name:17}{interpreted:>24.16} {compiled:>24.16}");
    }
    Ok(())
}

fn title(text: &str) {
    println!("{text}\n{}\n", "=".repeat(text.chars().count()));
}

/// All of the expansion, or what it consists of: a nest of each kind, the program that calls them, a method.
fn print_expansion(expansion: &str, all: bool) {
    let Some(code) = formatted(expansion) else {
        println!(
            "There is no rustfmt here, so this is how rustc gets it.\n\n{}\n",
            start(expansion, all)
        );
        return;
    };
    if all {
        println!("{code}");
        return;
    }
    println!(
        "A few items of it, {} lines in all: `--all` prints them.\n",
        code.lines().count()
    );
    let shown = [
        "impl __private::Contraction for",
        "impl __private::Elementwise<f64, 1, 3, 1> for",
        "fn __hessian_block<",
        "pub fn hessian(",
    ];
    for head in shown {
        println!(
            "{}\n",
            item(&code, head).unwrap_or_else(|| format!("// no `{head}`"))
        );
    }
}

fn start(expansion: &str, all: bool) -> String {
    expansion
        .chars()
        .take(if all { usize::MAX } else { 4000 })
        .collect()
}

/// The first item whose head is this, up to the brace that closes it, without the indentation.
fn item(code: &str, head: &str) -> Option<String> {
    let mut lines = code
        .lines()
        .skip_while(|line| !line.trim_start().starts_with(head))
        .peekable();
    let first = lines.peek()?;
    let indent = first.len() - first.trim_start().len();
    let mut text = Vec::new();
    for line in lines {
        let line = line.get(indent..).unwrap_or_default();
        text.push(line);
        if line == "}" {
            break;
        }
    }
    Some(text.join("\n"))
}

/// The code as rustfmt lays it out; nothing where there is no rustfmt.
fn formatted(code: &str) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(code.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).ok())?
}

//! What does a definition cost its crate? Builds small crates with and without a model and prints
//! the difference, in each profile, and the time of the expansion itself at opt-level 0.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const CALLS: &str = "
    let x = SVector::<f64, 2>::new(0.15, 0.1);
    println!(\"{:?} {:?} {:?} {:?}\", net.value(&x), net.gradient(&x), net.hessian(&x), net.laplacian(&x));
    let (points, mut v, mut l) = ([x; 9], [0.0; 9], [0.0; 9]);
    let (mut g, mut h) = ([x; 9], [SMatrix::<f64, 2, 2>::zeros(); 9]);
    net.value_batch(&points, &mut v).unwrap();
    net.gradient_batch(&points, &mut v, &mut g).unwrap();
    net.hessian_batch(&points, &mut v, &mut g, &mut h).unwrap();
    net.laplacian_batch(&points, &mut v, &mut g, &mut l).unwrap();
    println!(\"{v:?} {g:?} {h:?} {l:?}\");
";

struct Case {
    name: &'static str,
    definition: &'static str,
    calls: &'static str,
}

const HESSIAN_CALL: &str = "
    let x = SVector::<f64, 2>::new(0.15, 0.1);
    println!(\"{:?}\", net.hessian(&x));
";

const LOSS_CALL: &str = "
    let points = [SVector::<f64, 2>::new(0.15, 0.1); 9];
    let mut gradient = vec![0.0; Net::PARAMETERS];
    let loss = net.fourth_gradient(&points, &mut gradient);
    println!(\"{loss:?} {gradient:?}\");
";

const IMAGE_CALL: &str = "
    let x = SVector::<f64, { Net::INPUTS }>::repeat(0.5);
    let w = SVector::<f64, { Net::OUTPUTS }>::repeat(0.5);
    let mut gradient = vec![0.0; Net::PARAMETERS];
    println!(\"{:?} {:?}\", net.vjp(&x, &w), net.pullback(&x, &w, &mut gradient));
";

const LENET_CALL: &str = "
    let points = vec![SVector::repeat(0.5); 9];
    let targets = vec![SVector::repeat(0.1); 9];
    let mut gradient = vec![0.0; Net::PARAMETERS];
    println!(\"{:?}\", net.fit_gradient(&points, &targets, &mut gradient));
";

const CASES: [Case; 7] = [
    Case {
        name: "no model",
        definition: "",
        calls: "",
    },
    Case {
        name: "2-20-20-20-1: gradient, hessian, laplacian",
        definition: "#[derive_network(input(x: 2), derive(gradient, hessian, laplacian))]\n\
            pub struct Net { hidden: [Dense<20, Sigmoid>; 3], output: Dense<1> }",
        calls: CALLS,
    },
    Case {
        name: "the same, hidden widths times 8",
        definition: "#[derive_network(input(x: 2), derive(gradient, hessian, laplacian))]\n\
            pub struct Net { hidden: [Dense<160, Sigmoid>; 3], output: Dense<1> }",
        calls: CALLS,
    },
    Case {
        name: "[Dense<20, Tanh>; 64]: hessian",
        definition: "#[derive_network(input(x: 2), derive(hessian))]\n\
            pub struct Net { hidden: [Dense<20, Tanh>; 64], output: Dense<1> }",
        calls: HESSIAN_CALL,
    },
    Case {
        name: "2-20-20-20-1: loss of order 4, parameter gradient",
        definition: "#[derive_network(input(t, x), output(u), define = { let r = d(u, t) + d(u, x, x, x, x); }, \
            loss(fourth = mean_square(r)), derive(gradient))]\n\
            pub struct Net { hidden: [Dense<20, Tanh>; 3], output: Dense<1> }",
        calls: LOSS_CALL,
    },
    Case {
        name: "Conv2d 3 -> 20 on 3x7x5: gradients in x and weights",
        definition: "#[derive_network(input(image: [3, 7, 5]), derive(vjp, pullback))]\n\
            pub struct Net { #[layer(kernel = 2)] convolution: Conv2d<20, Tanh> }",
        calls: IMAGE_CALL,
    },
    Case {
        name: "LeNet on 28x28: loss, parameter gradient",
        definition: "#[derive_network(input(image: [1, 28, 28]), output(y), given(target: 10), \
            loss(fit = mse(y, target)), derive(value))]\n\
            pub struct Net { #[layer(kernel = 5, padding = 2)] first: Conv2d<6, Tanh>, \
            #[layer(kernel = 2)] pool_first: MaxPool2d, #[layer(kernel = 5)] second: Conv2d<16, Tanh>, \
            #[layer(kernel = 2)] pool_second: MaxPool2d, flatten: Flatten, third: Dense<120, Tanh>, \
            fourth: Dense<84, Tanh>, output: Dense<10> }",
        calls: LENET_CALL,
    },
];

/// How crates are built: a name, the development profile, flags of cargo.
const PROFILES: [(&str, &str, Option<&str>); 4] = [
    ("debug, as cargo does it", "", None),
    (
        "debug, opt-level = 1, line-tables-only",
        "opt-level = 1\ndebug = \"line-tables-only\"",
        None,
    ),
    (
        "debug, opt-level = 1, full debug information",
        "opt-level = 1",
        None,
    ),
    ("release", "", Some("--release")),
];

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let work = root.join("target").join("compile-time");
    println!("expansion at opt-level 0 (a proc macro runs unoptimised):");
    expansions(&root, &work.join("expansion"));
    for (name, profile, flag) in PROFILES {
        println!("\ncargo build, {name}, dependencies built, least of three:");
        let mut base = 0.0;
        for case in &CASES {
            let seconds = build(&root, &work.join("crate"), case, profile, flag);
            if case.definition.is_empty() {
                base = seconds;
            }
            println!(
                "  {:<50} {seconds:>6.2} s  (+{:.2})",
                case.name,
                seconds - base
            );
        }
    }
}

/// Seconds to build a crate whose dependencies are built.
fn build(root: &Path, folder: &Path, case: &Case, profile: &str, flag: Option<&str>) -> f64 {
    let manifest = format!(
        "[package]\nname = \"compile-time\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nderive-network = {{ path = {:?} }}\n[workspace]\n[profile.dev]\n{profile}\n",
        root.join("runtime")
    );
    let start = if case.definition.is_empty() {
        ""
    } else {
        "let net = Net::glorot_uniform(7);"
    };
    let source = format!(
        "#![allow(unused_imports)]\nuse derive_network::prelude::*;\n{}\nfn main() {{ {start} {} }}\n",
        case.definition, case.calls
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/main.rs"), &source);
    run(folder, &["build", "--quiet"], flag);
    let mut least = f64::INFINITY;
    for pass in 0..3 {
        write(&folder.join("src/main.rs"), &format!("{source}// {pass}\n"));
        let start = Instant::now();
        run(folder, &["build", "--quiet"], flag);
        least = least.min(start.elapsed().as_secs_f64());
    }
    least
}

/// Times `expand` in a program built without optimisation.
fn expansions(root: &Path, folder: &Path) {
    let manifest = format!(
        "[package]\nname = \"expansion\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nderive-network-compiler = {{ path = {:?} }}\nproc-macro2 = \"1\"\n[workspace]\n\
         [profile.dev]\nopt-level = 0\n",
        root.join("macros").join("compiler")
    );
    let cases: Vec<String> = CASES[1..]
        .iter()
        .map(|case| {
            let item = case
                .definition
                .split("))]")
                .nth(1)
                .expect("an attribute and a struct");
            let attribute = case
                .definition
                .split("derive_network(")
                .nth(1)
                .expect("an attribute");
            let attribute = format!("{})", attribute.split("))]").next().expect("an end"));
            format!("({:?}, {attribute:?}, {item:?})", case.name)
        })
        .collect();
    let source = format!(
        "fn main() {{ for (name, attribute, item) in [{}] {{ let mut least = f64::MAX; for _ in 0..5 {{\
         let (a, i) = (attribute.parse().unwrap(), item.parse().unwrap());\
         let start = std::time::Instant::now(); let out = derive_network_compiler::expand(a, i);\
         least = least.min(start.elapsed().as_secs_f64()); std::hint::black_box(out); }}\
         println!(\"  {{name:<46}} {{:>6.0}} ms\", least * 1e3); }} }}",
        cases.join(", ")
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/main.rs"), &source);
    run(folder, &["run", "--quiet"], None);
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file in a folder");
    fs::create_dir_all(folder).expect("the target folder can be written");
    fs::write(path, text).expect("the target folder can be written");
}

fn run(folder: &Path, arguments: &[&str], flag: Option<&str>) {
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .args(flag)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "a crate did not build");
}

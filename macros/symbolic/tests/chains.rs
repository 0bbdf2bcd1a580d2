//! Do all ways to a derivative of a chain agree, through both interpreters?

use derive_network_symbolic::functions::{Activation, Function};
use derive_network_symbolic::interpret::{Tensor, interpret, interpret_loops};
use derive_network_symbolic::ir::{Output, Program};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, schedule};

fn chain(widths: &[usize], activations: &[Activation]) -> Program {
    let mut program = Program {
        inputs: vec![vec![widths[0]]],
        ..Program::default()
    };
    let graph = &mut program.graph;
    let mut state = graph.input(0, &[widths[0]]);
    let mut offset = 0;
    for (layer, activation) in activations.iter().enumerate() {
        let (inputs, outputs) = (widths[layer], widths[layer + 1]);
        let weight = graph.parameter(offset, &[outputs, inputs]);
        let bias = graph.parameter(offset + inputs * outputs, &[outputs]);
        offset += (inputs + 1) * outputs;
        let product = graph.multiply(weight, state);
        let sum = graph.add(product, bias);
        let function = graph.add_function(Function::builtin(*activation));
        state = graph.map(function, 0, sum);
    }
    program.parameters = offset;
    program.outputs = vec![Output {
        name: "value".into(),
        node: state,
    }];
    program
}

struct Random(u64);
impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 11) as f64 / (1u64 << 53) as f64) * 2.0 - 1.0
    }
    fn below(&mut self, n: usize) -> usize {
        (((self.next() + 1.0) / 2.0) * n as f64) as usize % n
    }
}

fn distance(a: &[Tensor], b: &[Tensor]) -> f64 {
    let mut worst: f64 = 0.0;
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape, b.shape);
        let scale = a.entries.iter().fold(1e-300_f64, |m, x| m.max(x.abs()));
        for (x, y) in a.entries.iter().zip(&b.entries) {
            assert!(x.is_finite() && y.is_finite(), "{a:?} {b:?}");
            worst = worst.max((x - y).abs() / scale);
        }
    }
    worst
}

#[test]
fn all_ways_agree() {
    let mut random = Random(7);
    let mut scalar = 0;
    let mut total = 0;
    for case in 0..200 {
        let depth = 1 + random.below(6);
        let inputs = 1 + random.below(9);
        let outputs = 1 + random.below(4);
        let mut widths = vec![inputs];
        for _ in 1..depth {
            widths.push(1 + random.below(12));
        }
        widths.push(outputs);
        let activations: Vec<Activation> = (0..depth)
            .map(|_| Activation::ALL[random.below(Activation::ALL.len())])
            .collect();
        let program = chain(&widths, &activations);
        let parameters: Vec<f64> = (0..program.parameters).map(|_| random.next()).collect();
        let x: Vec<f64> = (0..inputs).map(|_| random.next()).collect();
        for request in [
            Request::Value,
            Request::Gradient,
            Request::Jacobian,
            Request::Hessian,
            Request::Laplacian,
            Request::AdjointHessian,
            Request::Jvp,
            Request::Vjp,
            Request::Hvp,
        ] {
            if outputs > 1 && matches!(request, Request::Gradient | Request::Hvp) {
                continue;
            }
            let second: Vec<f64> = (0..match request {
                Request::Jvp | Request::Hvp => inputs,
                _ => outputs,
            })
                .map(|_| random.next())
                .collect();
            let data = vec![x.clone(), second];
            let mut reference: Option<Vec<Tensor>> = None;
            for elimination in [
                Elimination::Automatic,
                Elimination::Contraction,
                Elimination::Recursion,
                Elimination::ShortestPath,
                Elimination::Forward,
            ] {
                if !matches!(
                    request,
                    Request::Hessian | Request::Laplacian | Request::AdjointHessian
                ) && elimination != Elimination::Automatic
                {
                    continue;
                }
                let derived = derive(&program, request, elimination);
                derived.program.verify().unwrap();
                let meaning = interpret(&derived.program, &data, &parameters);
                let reference = reference.get_or_insert_with(|| meaning.clone());
                let d = distance(reference, &meaning);
                assert!(
                    d < 1e-9,
                    "case {case} {widths:?} {activations:?} {request:?} {elimination:?}: {d:e}"
                );
                for mode in [Mode::Batch, Mode::Single] {
                    let loops = schedule(&derived.program, mode);
                    if let Err(fault) = loops.verify() {
                        panic!(
                            "case {case} {widths:?} {request:?} {elimination:?} {mode:?}: {fault}\n{}\n{loops}",
                            derived.program
                        );
                    }
                    let meaning = interpret_loops(&loops, &data, &parameters);
                    let d = distance(reference, &meaning);
                    assert!(
                        d < 1e-9,
                        "case {case} {widths:?} {activations:?} {request:?} {elimination:?} {mode:?}: {d:e}\n{}\n{loops}",
                        derived.program
                    );
                    scalar += loops.scalar_nests();
                    if loops.scalar_nests() > 0 && scalar < 5 {
                        println!("{mode:?} {request:?} {}\n{loops}", derived.program);
                    }
                    total += loops.body.len() + loops.prologue.len();
                }
            }
        }
    }
    println!("{scalar} of {total} nests are scalar");
}

#[test]
fn costs() {
    for (widths, label) in [
        (vec![2, 20, 20, 20, 1], "fnn"),
        (vec![60, 20, 50, 50, 1], "60"),
        (vec![40, 64, 8, 64, 64, 1], "40"),
    ] {
        let mut activations = vec![Activation::Tanh; widths.len() - 2];
        activations.push(Activation::Identity);
        let program = chain(&widths, &activations);
        for elimination in [
            Elimination::Automatic,
            Elimination::Contraction,
            Elimination::Recursion,
            Elimination::ShortestPath,
            Elimination::Forward,
        ] {
            if elimination == Elimination::Forward && widths[0] > 8 {
                continue;
            }
            let t = std::time::Instant::now();
            let h = derive(&program, Request::Hessian, elimination);
            let g = derive(&program, Request::Gradient, Elimination::Automatic);
            println!(
                "{label} {elimination:?} {} mults {} weight {} ({} nodes, {:?})",
                h.elimination,
                h.cost.multiply_adds - g.cost.multiply_adds,
                h.cost.weight,
                h.program.live().len(),
                t.elapsed()
            );
        }
    }
    let mut widths = vec![2];
    widths.extend([20; 64]);
    widths.push(1);
    let mut activations = vec![Activation::Tanh; 64];
    activations.push(Activation::Identity);
    let program = chain(&widths, &activations);
    let t = std::time::Instant::now();
    let h = derive(&program, Request::Hessian, Elimination::Automatic);
    println!(
        "deep {} {:?} {} {}",
        h.elimination,
        t.elapsed(),
        h.program.graph.len(),
        h.program.live().len()
    );
    let t = std::time::Instant::now();
    let l = schedule(&h.program, Mode::Batch);
    println!("schedule {:?} nests {}", t.elapsed(), l.body.len());
}

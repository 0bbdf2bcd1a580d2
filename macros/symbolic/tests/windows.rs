//! Do convolutions, pooling and changes of shape, built of windows, mean what plain loops say, with all derivatives?

mod support;

use derive_network_symbolic::interpret::Tensor;
use derive_network_symbolic::request::{Elimination, Request, derive};
use support::convolution::{Convolution, close, meaning, network};
use support::programs::Builder;
use support::{Random, distance, outputs};

#[test]
fn a_convolution_is_what_loops_say() {
    let mut random = Random(3);
    for number in 0..60 {
        let case = Convolution::random(&mut random);
        let mut builder = Builder::new(case.inputs());
        let weights = builder.parameter(&[case.weights()]);
        let graph = &mut builder.program.graph;
        let image = graph.reshape(builder.x, &[case.channels, case.image[0], case.image[1]]);
        let value = case.build(graph, image, weights);
        let flat = graph.flatten(value);
        builder.program.outputs = outputs(&[("value", flat)]);
        let (x, parameters) = (random.numbers(case.inputs()), random.numbers(case.weights()));
        let name = format!("{number}: {case:?}");
        let found = meaning(&name, &builder.program, &[x.clone()], &parameters);
        close(&name, &found[0].entries, &case.plain(&x, &parameters));
    }
}

const REQUESTS: [Request; 9] = [
    Request::Value,
    Request::Gradient,
    Request::Jacobian,
    Request::Hessian,
    Request::Laplacian,
    Request::AdjointHessian,
    Request::Jvp,
    Request::Vjp,
    Request::Hvp,
];

#[test]
fn all_ways_to_derivatives_agree() {
    let mut random = Random(11);
    for number in 0..60 {
        let case = Convolution::random(&mut random);
        let heads = 1 + random.below(2);
        let program = network(&mut random, &case, heads);
        let x = random.numbers(case.inputs());
        let parameters = random.numbers(program.parameters);
        for request in REQUESTS {
            let single = matches!(request, Request::Gradient | Request::Hvp);
            if heads > 1 && single {
                continue;
            }
            let along = if matches!(request, Request::Jvp | Request::Hvp) {
                case.inputs()
            } else {
                heads
            };
            let data = [x.clone(), random.numbers(along)];
            let mut reference: Option<Vec<Tensor>> = None;
            for elimination in [
                Elimination::Automatic,
                Elimination::Contraction,
                Elimination::Recursion,
                Elimination::Forward,
            ] {
                let name = format!("{number}: {case:?} {request:?} {elimination:?}");
                let derived = derive(&program, request, elimination).program;
                let found = meaning(&name, &derived, &data, &parameters);
                let reference = reference.get_or_insert_with(|| found.clone());
                let difference = distance(&found, reference);
                assert!(difference < 1e-11, "{name}: {difference:e}");
            }
        }
    }
}

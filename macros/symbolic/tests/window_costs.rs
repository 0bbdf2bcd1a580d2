//! Do convolutions, flattening and their derivatives cost what they must, and no more memory?

mod support;

use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{NodeId, Op, Program};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::convolution::{Convolution, network};
use support::programs::Builder;
use support::{Random, outputs};

#[test]
fn print() {
    let case = Convolution { channels: 3, image: [8, 9], outputs: 5, kernel: [3, 3], stride: 1, dilation: 1, padding: 1 };
    let mut random = Random(3);
    let program = network(&mut random, &case, 1);
    for request in [Request::Value, Request::Gradient, Request::Hessian, Request::Laplacian, Request::Hvp] {
        let derived = derive(&program, request, Elimination::Automatic);
        println!("{request:?} {} {:?}\n{}", derived.elimination, derived.cost, derived.program);
        for mode in [Mode::Batch, Mode::Single] {
            let loops = schedule(&derived.program, mode);
            println!("{loops} gathers {}", loops.gathered_nests());
        }
    }
}

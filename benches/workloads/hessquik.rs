//! Value, gradient and Hessian of d -> 16 LogCosh2, four residual layers u + 0.5 tanh(K u + b), -> 1, f64; also by dual numbers.

use std::hint::black_box;

use derive_network::prelude::*;
use derive_network_compiler::model::RequestKind;
use num_dual::{Dual2SVec64, DualNum};

use crate::support::count::Ask;
use crate::support::data::{assert_same, points, with_biases};
use crate::support::floor::Scalar;
use crate::support::session::{Case, Session};
use crate::support::{measure_batch, measure_single, network};

macro_rules! networks {
    ($($name:ident $inputs:tt)*) => {
        $(network! {
            #[derive_network(
                input(x: $inputs),
                forward = {
                    let mut u = open(x);
                    for block in blocks { u = u + 0.5 * block(u); }
                    output(u)
                },
                derive(hessian),
            )]
            struct $name {
                open: Dense<16, LogCosh2>,
                blocks: [Dense<16, Tanh>; 4],
                output: Dense<1>,
            }
        })*

        fn measure_networks(session: &mut Session) {
            $({
                let case = Case::new("hessquik", concat!("d=", stringify!($inputs)), "hessian");
                let ask = Ask::Output(RequestKind::Hessian);
                for batch in BATCHES {
                    let points = points::<f64, $inputs>(batch);
                    measure_batch!(session, case, ask, $name.hessian_batch_with, [points] -> [values, gradients, hessians]);
                }
                let points = points::<f64, $inputs>(64);
                measure_single!(session, case, ask, $name.hessian, [points]);
            })*
        }
    };
}

networks! {
    D1 1
    D2 2
    D4 4
    D8 8
    D16 16
    D32 32
    D64 64
}

const BATCHES: [usize; 2] = [10, 8192];
/// Value, gradient and Hessian.
type Hessian<const D: usize> = (f64, SVector<f64, D>, SMatrix<f64, D, D>);

const WIDTH: usize = 16;
const BLOCKS: usize = 4;

pub fn measure(session: &mut Session) {
    measure_networks(session);
    let (two, eight) = (D2::glorot_normal(7), D8::glorot_normal(7));
    let (two, eight) = (with_biases(two), with_biases(eight));
    measure_duals(session, "d=2", two.parameters(), |x| two.hessian(x));
    measure_duals(session, "d=8", eight.parameters(), |x| eight.hessian(x));
}

fn measure_duals<const D: usize>(
    session: &mut Session,
    name: &str,
    parameters: &[f64],
    here: impl Fn(&SVector<f64, D>) -> Hessian<D>,
) {
    let points = points::<f64, D>(64);
    let duals = |x| num_dual::hessian(|x| value(parameters, &x), x);
    let [here, there] = [here(&points[0]), duals(&points[0])];
    assert_same(
        &[&[here.0], here.1.as_slice(), here.2.as_slice()],
        &[&[there.0], there.1.as_slice(), there.2.as_slice()],
    );
    let case = Case::new("hessquik", name, "hessian").single(points.len());
    session.compare(&case, Scalar::F64, "num-dual", &mut || {
        for x in &points {
            black_box(duals(black_box(x)));
        }
    });
}

fn value<const D: usize>(parameters: &[f64], x: &SVector<Dual2SVec64<D>, D>) -> Dual2SVec64<D> {
    let (open, mut rest) = parameters.split_at((D + 1) * WIDTH);
    let mut state = dense::<D, D>(open, x.as_slice());
    for entry in &mut state {
        let magnitude = if entry.re < 0.0 { -*entry } else { *entry };
        *entry = magnitude + (magnitude * -2.0).exp().ln_1p();
    }
    for _ in 0..BLOCKS {
        let (block, after) = rest.split_at((WIDTH + 1) * WIDTH);
        let change = dense::<D, WIDTH>(block, &state);
        for (entry, change) in state.iter_mut().zip(change) {
            *entry += change.tanh() * 0.5;
        }
        rest = after;
    }
    let mut sum = Dual2SVec64::<D>::from(rest[WIDTH]);
    for (entry, weight) in state.iter().zip(rest) {
        sum += *entry * *weight;
    }
    sum
}

/// The pre-activations of a layer of `WIDTH` neurons.
fn dense<const D: usize, const INPUTS: usize>(
    parameters: &[f64],
    inputs: &[Dual2SVec64<D>],
) -> [Dual2SVec64<D>; WIDTH] {
    core::array::from_fn(|o| {
        let mut sum = Dual2SVec64::<D>::from(parameters[INPUTS * WIDTH + o]);
        for (i, entry) in inputs.iter().enumerate() {
            sum += *entry * parameters[i * WIDTH + o];
        }
        sum
    })
}

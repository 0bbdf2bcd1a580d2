//! Value, gradient and Hessian of 2-20-20-20-1, sigmoid in every layer, f64: here, by plain loops, by dual numbers, and by the
//! notebook's recursion over matrices.

mod duals;
mod loops;
mod recursion;

use std::hint::black_box;

use derive_network::prelude::*;
use derive_network_compiler::model::RequestKind;

use crate::support::count::Ask;
use crate::support::data::{assert_same, points, with_biases};
use crate::support::floor::Scalar;
use crate::support::networks::Fnn;
use crate::support::session::{Case, Session};
use crate::support::{measure_batch, measure_single};

const WIDTHS: [usize; 5] = [2, 20, 20, 20, 1];
const BATCH: usize = 8192;
/// Points of those that take one at a time.
const SOME: usize = 1024;

pub fn measure(session: &mut Session) {
    let case = Case::new("fnn", "2-20-20-20-1", "hessian");
    let ask = Ask::Output(RequestKind::Hessian);
    let points = points(BATCH);
    let some = &points[..SOME];
    measure_batch!(session, case, ask, Fnn.hessian_batch_with, [points] -> [values, gradients, hessians]);
    measure_single!(session, case, ask, Fnn.hessian, [some]);

    let network = with_biases(Fnn::glorot_normal(7));
    let parameters = network.parameters();
    let (value, gradient, hessian) = network.hessian(&points[0]);
    let here: [&[f64]; 3] = [&[value], gradient.as_slice(), hessian.as_slice()];
    let (value, gradient, hessian) = loops::hessian(parameters, &points[0]);
    assert_same(&here, &[&[value], gradient.as_slice(), hessian.as_slice()]);
    let (value, gradient, hessian) = duals::hessian(parameters, &points[0]);
    assert_same(&here, &[&[value], gradient.as_slice(), hessian.as_slice()]);
    let (value, gradient, hessian) = recursion::hessian(parameters, &points[0]);
    assert_same(&here, &[&[value], gradient.as_slice(), hessian.as_slice()]);

    let one = case.single(SOME);
    let mut compare = |by, function: &mut dyn FnMut(&SVector<f64, 2>)| {
        session.compare(&one, Scalar::F64, by, &mut || {
            some.iter().for_each(&mut *function)
        });
    };
    compare("plain loops", &mut |x| {
        black_box(loops::hessian(parameters, black_box(x)));
    });
    compare("num-dual", &mut |x| {
        black_box(duals::hessian(parameters, black_box(x)));
    });
    compare("nalgebra", &mut |x| {
        black_box(recursion::hessian(parameters, black_box(x)));
    });
}

//! Are gradients in the parameters those of plain loops on dual numbers?

use num_dual::{Dual2_64, Dual64};

use crate::face::{Entries, Face, Form};
use crate::interpreted::{model, parameters, tolerance};
use crate::networks::{
    Attention, Averaged, Convex, EveryOption, Largest, Normalised, SmallLeNet, Stacked,
};
use crate::plain::chain;
use crate::random::Random;

/// The gradient in the parameters behind one function.
trait InParameters: Face {
    fn of(&self, x: &[f64]) -> (f64, Vec<f64>);
}

macro_rules! in_parameters {
    ($($test:ident $network:ident)+) => {$(
        impl InParameters for $network {
            fn of(&self, x: &[f64]) -> (f64, Vec<f64>) {
                let mut gradient = vec![f64::NAN; Self::PARAMETERS];
                let x = Entries::from_numbers(x);
                let value = self.parameter_gradient(&x, &mut gradient).expect("as many numbers");
                (value, gradient)
            }
        }

        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

in_parameters! {
    every_option EveryOption
    stacked Stacked
    averaged Averaged
    largest Largest
    normalised Normalised
    attention Attention
    convex Convex
    small_lenet SmallLeNet
}

fn check<N: InParameters>() {
    let network = model::<N>();
    let mut random = Random(5);
    let numbers = parameters(&network, &mut random);
    let compiled = N::with_parameters(&numbers);
    let tolerance = 4.0 * tolerance::<N>(&network);
    let point = random.numbers(network.inputs());
    let (value, gradient) = compiled.of(&point);
    let x: Vec<Dual64> = point.iter().map(|entry| (*entry).into()).collect();
    let mut parameters: Vec<Dual64> = numbers.iter().map(|number| (*number).into()).collect();
    let mut worst: f64 = 0.0;
    for (index, found) in gradient.iter().enumerate() {
        parameters[index].eps = 1.0;
        let wanted = chain(&network, &parameters, x.clone())[0];
        parameters[index].eps = 0.0;
        let error = (found - wanted.eps).abs() / wanted.eps.abs().max(1.0);
        assert!(
            error <= tolerance && (value - wanted.re).abs() <= tolerance * value.abs().max(1.0),
            "{}: parameter {index}: {found} beside {}",
            network.name,
            wanted.eps
        );
        worst = worst.max(error);
    }
    println!("{}: worst error {worst:.1e}", network.name);
}

/// Laplacians: the sum of second derivatives along each input.
fn check_laplacian<N: Face>() {
    let network = model::<N>();
    let mut random = Random(6);
    let numbers = parameters(&network, &mut random);
    let compiled = N::with_parameters(&numbers);
    let tolerance = 4.0 * tolerance::<N>(&network);
    let points = random.rows(3, network.inputs());
    let answers = compiled.ask("laplacian", Form::Batch, &points, &[]);
    let parameters: Vec<Dual2_64> = numbers.iter().map(|number| (*number).into()).collect();
    for (point, answer) in points.iter().zip(answers) {
        let mut x: Vec<Dual2_64> = point.iter().map(|entry| (*entry).into()).collect();
        let mut wanted = 0.0;
        for input in 0..x.len() {
            x[input].v1 = 1.0;
            wanted += chain(&network, &parameters, x.clone())[0].v2;
            x[input].v1 = 0.0;
        }
        let found = answer[2][0];
        assert!(
            (found - wanted).abs() <= tolerance * wanted.abs().max(1.0),
            "{}: {found} beside {wanted}",
            network.name
        );
    }
}

#[test]
fn laplacians_are_sums_of_second_derivatives() {
    check_laplacian::<EveryOption>();
    check_laplacian::<Stacked>();
    check_laplacian::<Normalised>();
    check_laplacian::<Attention>();
}

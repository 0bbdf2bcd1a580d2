//! Do programs that are no chain, and a third derivative, run compiled on lanes as the interpreter says?

#[path = "generality/programs.rs"]
mod programs;

/// What `build.rs` emitted, on few lines.
#[allow(
    clippy::suspicious_else_formatting,
    clippy::identity_op,
    reason = "emitted code has no line breaks, and zeros where there is no flag"
)]
mod emitted {
    include!(concat!(env!("OUT_DIR"), "/generality.rs"));
}

use derive_network::nalgebra::{SMatrix, SVector};
use derive_network::{Lanes, with_lanes};
use derive_network_symbolic::interpret::interpret;
use emitted::{NoChain, ThirdDerivative};
use programs::{HandBuilt, programs};

/// Sums of at most sixteen products through four nests.
const TOLERANCE: f64 = 64.0 * f64::EPSILON;

fn close(name: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{name}");
    let largest = want
        .iter()
        .fold(1.0_f64, |most, entry| most.max(entry.abs()));
    for (got, want) in got.iter().zip(want) {
        assert!(
            (got - want).abs() <= TOLERANCE * largest,
            "{name}: {got:e}, want {want:e}"
        );
    }
}

macro_rules! check {
    ($network:ident, $inputs:literal, $outputs:literal, $hand_built:expr) => {{
        let HandBuilt { program, .. } = $hand_built;
        let network = $network::uniform(5, -1.0..1.0);
        let points: Vec<SVector<f64, $inputs>> = (0..21)
            .map(|point| SVector::from_fn(|row, _| f64::from(point * 7 + row as i32 * 3).sin()))
            .collect();
        let meaning = |x: &SVector<f64, $inputs>| {
            interpret(&program, &[x.as_slice().to_vec()], network.parameters())
        };
        for lanes in Lanes::available() {
            with_lanes(lanes, || {
                for length in [0, 1, 3, 8, 13, 21] {
                    let mut values = vec![SVector::<f64, $outputs>::zeros(); length];
                    let mut firsts = vec![SMatrix::<f64, $outputs, $inputs>::zeros(); length];
                    let mut seconds =
                        vec![[SMatrix::<f64, $inputs, $inputs>::zeros(); $outputs]; length];
                    let batch = &points[..length];
                    network
                        .hessian_batch(batch, &mut values, &mut firsts, &mut seconds)
                        .expect("the lengths agree");
                    for (point, x) in batch.iter().enumerate() {
                        let expected = meaning(x);
                        let name =
                            format!("{} {point} of {length} on {lanes}", stringify!($network));
                        close(&name, values[point].as_slice(), &expected[0].entries);
                        close(&name, firsts[point].as_slice(), &expected[1].entries);
                        let second: Vec<f64> = seconds[point].iter().flatten().copied().collect();
                        close(&name, &second, &expected[2].entries);
                        let (value, first, second) = network.hessian(x);
                        close(&name, value.as_slice(), &expected[0].entries);
                        close(&name, first.as_slice(), &expected[1].entries);
                        let second: Vec<f64> = second.iter().flatten().copied().collect();
                        close(&name, &second, &expected[2].entries);
                    }
                }
            });
        }
    }};
}

#[test]
fn a_program_that_is_no_chain() {
    let [no_chain, _] = <[HandBuilt; 2]>::try_from(programs())
        .ok()
        .expect("two programs");
    check!(NoChain, 4, 3, no_chain);
}

#[test]
fn a_third_derivative() {
    let [_, third] = <[HandBuilt; 2]>::try_from(programs())
        .ok()
        .expect("two programs");
    check!(ThirdDerivative, 3, 3, third);
}

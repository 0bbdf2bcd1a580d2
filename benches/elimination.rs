//! Does the clock order eliminations as the cost model does? Hessians of d - 32 - 32 - 32 - 1 by contraction and by recursion, at
//! three input widths on either side of where the model has them cross (docs/cost-model.md). Run it on a quiet core.

use std::hint::black_box;
use std::time::Instant;

use derive_network::prelude::*;

const BATCH: usize = 512;
const PASSES: usize = 15;

macro_rules! widths {
    ($($width:literal: $contraction:ident $recursion:ident;)*) => {
        $(
            #[derive_network(input(x: $width), derive(hessian(order = contraction)))]
            pub struct $contraction {
                hidden: [Dense<32, Tanh>; 3],
                output: Dense<1>,
            }

            #[derive_network(input(x: $width), derive(hessian(order = recursion)))]
            pub struct $recursion {
                hidden: [Dense<32, Tanh>; 3],
                output: Dense<1>,
            }
        )*

        fn main() {
            println!("value + gradient + Hessian of d - 32 - 32 - 32 - 1, tanh, f64; a batch of {BATCH}, ns a point, median\n");
            println!("   d   contraction  recursion   faster by the clock   cheaper by the model");
            $({
                let by_contraction = time!($contraction, $width);
                let by_recursion = time!($recursion, $width);
                println!(
                    "{:>4} {by_contraction:>13.0} {by_recursion:>10.0}   {:<21} {}",
                    $width,
                    name(by_contraction, by_recursion),
                    name($contraction::HESSIAN_FLOPS as f64, $recursion::HESSIAN_FLOPS as f64),
                );
            })*
        }
    };
}

macro_rules! time {
    ($network:ident, $width:literal) => {{
        let network = $network::glorot_uniform(7);
        let points: Vec<SVector<f64, $width>> = (0..BATCH)
            .map(|p| SVector::from_fn(|i, _| ((p * $width + i) as f64 * 0.7).sin()))
            .collect();
        let mut workspace = $network::workspace();
        let mut values = vec![0.0; BATCH];
        let mut gradients = vec![SVector::<f64, $width>::zeros(); BATCH];
        let mut hessians = vec![SMatrix::<f64, $width, $width>::zeros(); BATCH];
        let mut times: Vec<f64> = (0..PASSES)
            .map(|_| {
                let start = Instant::now();
                let done = network.hessian_batch_with(
                    &mut workspace,
                    black_box(&points),
                    &mut values,
                    &mut gradients,
                    &mut hessians,
                );
                black_box(done.is_ok());
                start.elapsed().as_nanos() as f64 / BATCH as f64
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[PASSES / 2]
    }};
}

fn name(contraction: f64, recursion: f64) -> &'static str {
    if contraction < recursion {
        "contraction"
    } else {
        "recursion"
    }
}

widths! {
    8: Contraction8 Recursion8;
    16: Contraction16 Recursion16;
    24: Contraction24 Recursion24;
    40: Contraction40 Recursion40;
    48: Contraction48 Recursion48;
    64: Contraction64 Recursion64;
}

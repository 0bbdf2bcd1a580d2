//! Mean square errors with their parameter gradients: `simplechains` and `regression`.

use derive_network::prelude::*;

use crate::support::count::Ask;
use crate::support::data::{points, uniform};
use crate::support::session::{Case, Session};
use crate::support::{measure_sums, network};

macro_rules! fits {
    ($($group:ident: $workload:literal, batches $batches:tt {
        $($name:ident $scalar:tt $inputs:tt $outputs:tt $case:literal { $($layer:tt)* })*
    })*) => {$(
        $(network! {
            #[derive_network(
                input(x: $inputs), output(y), given(target: $outputs), scalar = $scalar,
                loss(fit = mse(y, target)),
            )]
            struct $name { $($layer)* output: Dense<$outputs> }
        })*

        pub fn $group(session: &mut Session) {
            $({
                let case = Case::new($workload, $case, "loss_gradient");
                let mut gradient = vec![0.0; $name::PARAMETERS];
                for batch in $batches {
                    let points = points::<$scalar, $inputs>(batch);
                    let targets = uniform::<$scalar, $outputs, 1>(batch);
                    measure_sums!(session, case, Ask::Loss("fit"),
                        $name.fit_gradient_with, [points, &targets, &mut gradient]);
                }
            })*
        }
    )*};
}

fits! {
    simplechains: "simplechains", batches [10_000] {
        Chain f32 4 4 "4-32-16-4" { first: Dense<32, Tanh>, second: Dense<16, Tanh>, }
    }
    regression: "regression", batches [1024, 1] {
        NarrowDouble f64 2 1 "2-20-20-20-1" { hidden: [Dense<20, Tanh>; 3], }
        NarrowSingle f32 2 1 "2-20-20-20-1" { hidden: [Dense<20, Tanh>; 3], }
        MiddleDouble f64 2 1 "2-64-64-1" { hidden: [Dense<64, Tanh>; 2], }
        MiddleSingle f32 2 1 "2-64-64-1" { hidden: [Dense<64, Tanh>; 2], }
        WideDouble f64 64 10 "64-128-128-10" { hidden: [Dense<128, Tanh>; 2], }
        WideSingle f32 64 10 "64-128-128-10" { hidden: [Dense<128, Tanh>; 2], }
    }
}

//! Do they compute what the interpreter says of the same definition, and what plain loops say on dual numbers?

use crate::agreement::check_with_dual_numbers;
use crate::interpreted::check;
use crate::networks::{
    Attention, Averaged, Convex, EveryOption, Largest, LongWindows, Normalised, NormalisedImage,
    Shares, Signal, SmallLeNet, Stacked,
};

macro_rules! agree {
    ($($test:ident $network:ident)+) => {$(
        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

agree! {
    every_option EveryOption
    stacked Stacked
    signal Signal
    averaged Averaged
    largest Largest
    long_windows LongWindows
    normalised Normalised
    normalised_image NormalisedImage
    shares Shares
    attention Attention
    convex Convex
    small_lenet SmallLeNet
}

/// Values, gradients and Hessians; Laplacians are compared with the interpreter, whose Hessians they are the traces of.
#[test]
fn dual_numbers_agree() {
    check_with_dual_numbers::<EveryOption>();
    check_with_dual_numbers::<Signal>();
    check_with_dual_numbers::<Averaged>();
    check_with_dual_numbers::<Largest>();
    check_with_dual_numbers::<Normalised>();
    check_with_dual_numbers::<Shares>();
    check_with_dual_numbers::<Convex>();
}

//! Do compiled networks compute what the interpreter says of the same definition, and what dual numbers say?

use crate::agreement::check_with_dual_numbers;
use crate::face::Face;
use crate::interpreted::check;
use crate::networks::{
    Custom, Deep, FourOutputs, Kinked, ManyInputs, ManyInputsTwoOutputs, OneInput, OneLayer,
    Propagated, Single, SingleBoxed, SingleCustom, SingleManyInputs, SingleOutputs,
    SinglePropagated, Wide, WithoutBias,
};

macro_rules! agree_with_the_interpreter {
    ($($test:ident $network:ident)+) => {$(
        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

agree_with_the_interpreter! {
    one_layer OneLayer
    one_input OneInput
    wide Wide
    deep Deep
    four_outputs FourOutputs
    kinked Kinked
    custom Custom
    without_bias WithoutBias
    single Single
    single_outputs SingleOutputs
    single_custom SingleCustom
    single_boxed SingleBoxed
    many_inputs ManyInputs
    many_inputs_two_outputs ManyInputsTwoOutputs
    single_many_inputs SingleManyInputs
    propagated Propagated
    single_propagated SinglePropagated
}

#[test]
fn dual_numbers_agree() {
    check_with_dual_numbers::<OneInput>();
    check_with_dual_numbers::<Wide>();
    check_with_dual_numbers::<Deep>();
    check_with_dual_numbers::<FourOutputs>();
    check_with_dual_numbers::<Single>();
}

#[test]
fn every_request_is_among_the_networks() {
    let asked = [
        OneLayer::REQUESTS,
        OneInput::REQUESTS,
        Wide::REQUESTS,
        Deep::REQUESTS,
        FourOutputs::REQUESTS,
        Kinked::REQUESTS,
        Custom::REQUESTS,
        WithoutBias::REQUESTS,
        Single::REQUESTS,
        SingleOutputs::REQUESTS,
        SingleCustom::REQUESTS,
        SingleBoxed::REQUESTS,
    ]
    .concat();
    for kind in derive_network_compiler::model::RequestKind::ALL {
        assert!(
            asked.contains(&kind.name()),
            "{} is asked of no network",
            kind.name()
        );
    }
}

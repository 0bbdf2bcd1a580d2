//! Do calls keep to the memory they are given: no allocation, nothing beside the slices, nothing on failure?
//!
//! [`Face::ask`] itself watches allocations and the margins of every slice, in every test of this target.

use derive_network::{Lanes, with_lanes};

use crate::face::{Face, Form};
use crate::networks::{
    Custom, Deep, FourOutputs, Kinked, ManyInputs, ManyInputsTwoOutputs, OneInput, OneLayer,
    Single, SingleBoxed, SingleCustom, SingleManyInputs, SingleOutputs, Wide, WithoutBias,
};
use crate::random::Random;

/// Every request, form and length on all lanes; the points beyond a batch are not numbers, so are results that used them.
fn keep_to_their_memory<N: Face>(inputs: usize, outputs: usize, lengths: &[usize]) {
    let mut random = Random(29);
    let network = N::with_parameters(&random.numbers(N::PARAMETER_COUNT));
    for request in N::REQUESTS {
        let along = if matches!(*request, "jvp" | "hvp") {
            inputs
        } else {
            outputs
        };
        for lanes in Lanes::available() {
            for form in Form::ALL {
                let single = matches!(form, Form::ByValue | Form::With);
                for length in if single { &[1] } else { lengths }.iter().copied() {
                    let (points, seconds) =
                        (random.rows(length, inputs), random.rows(length, along));
                    let answers =
                        with_lanes(lanes, || network.ask(request, form, &points, &seconds));
                    let numbers = answers.iter().flatten().flatten();
                    let wild = numbers.filter(|number| !number.is_finite()).count();
                    assert_eq!(
                        wild, 0,
                        "{request}, {form:?} of {length} on {lanes}: a result used what is no point"
                    );
                }
            }
        }
        let errors = network.refuse(request);
        for (slice, name) in &errors {
            let same = errors.iter().filter(|(_, other)| other == name);
            assert!(
                same.clone().all(|(other, _)| other == slice),
                "{request}: `{name}` names two slices"
            );
            assert!(
                *slice == *name || *slice == "firsts" || *slice == "products",
                "{request}: `{slice}` is `{name}`"
            );
        }
        assert!(!errors.is_empty(), "{request} was not refused");
    }
}

fn all_networks(lengths: &[usize]) {
    keep_to_their_memory::<OneLayer>(OneLayer::INPUTS, OneLayer::OUTPUTS, lengths);
    keep_to_their_memory::<OneInput>(OneInput::INPUTS, OneInput::OUTPUTS, lengths);
    keep_to_their_memory::<Wide>(Wide::INPUTS, Wide::OUTPUTS, lengths);
    keep_to_their_memory::<Deep>(Deep::INPUTS, Deep::OUTPUTS, lengths);
    keep_to_their_memory::<FourOutputs>(FourOutputs::INPUTS, FourOutputs::OUTPUTS, lengths);
    keep_to_their_memory::<Kinked>(Kinked::INPUTS, Kinked::OUTPUTS, lengths);
    keep_to_their_memory::<Custom>(Custom::INPUTS, Custom::OUTPUTS, lengths);
    keep_to_their_memory::<WithoutBias>(WithoutBias::INPUTS, WithoutBias::OUTPUTS, lengths);
    keep_to_their_memory::<Single>(Single::INPUTS, Single::OUTPUTS, lengths);
    keep_to_their_memory::<SingleOutputs>(SingleOutputs::INPUTS, SingleOutputs::OUTPUTS, lengths);
    keep_to_their_memory::<SingleCustom>(SingleCustom::INPUTS, SingleCustom::OUTPUTS, lengths);
    keep_to_their_memory::<SingleBoxed>(SingleBoxed::INPUTS, SingleBoxed::OUTPUTS, lengths);
    keep_to_their_memory::<ManyInputs>(ManyInputs::INPUTS, ManyInputs::OUTPUTS, lengths);
    keep_to_their_memory::<ManyInputsTwoOutputs>(
        ManyInputsTwoOutputs::INPUTS,
        ManyInputsTwoOutputs::OUTPUTS,
        lengths,
    );
    keep_to_their_memory::<SingleManyInputs>(
        SingleManyInputs::INPUTS,
        SingleManyInputs::OUTPUTS,
        lengths,
    );
}

#[test]
fn batches_of_every_length_keep_to_their_memory() {
    all_networks(&(0..=33).collect::<Vec<usize>>());
}

/// Cheap enough to run under memcheck, see `.ci/memcheck`: a padded block and a remainder on 1, 2 and 4 lanes.
#[test]
fn short_batches_keep_to_their_memory() {
    all_networks(&[0, 1, 3, 7]);
}

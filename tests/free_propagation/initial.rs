//! What do the accessors and the initialisers of a graph give?

use derive_network::prelude::*;

#[derive_network(input(x: 2))]
#[derive(Clone, PartialEq)]
struct Mixed {
    first: Dense<2, Tanh>,
    #[graph(neurons = 6, outputs = 1, steps = 2, hidden = Tanh, edges(0..2 => 3..6, 3..6 => 2, 1 => 1))]
    net: Graph,
    output: Dense<1>,
}

#[derive_network(input(x: 2))]
struct ByEdge {
    #[graph(weights = edges, neurons = 5, outputs = 1, steps = 2, edges(0..2 => [3, 4], [4, 3] => 2))]
    net: Graph,
}

fn is_edge(source: usize, target: usize) -> bool {
    (source < 2 && target >= 3) || (source >= 3 && target == 2) || (source, target) == (1, 1)
}

#[test]
fn parameters_lie_by_source_and_are_seen_by_target_and_source() {
    let flat: Vec<f64> = (0..Mixed::PARAMETERS).map(|place| place as f64).collect();
    let mut network = Mixed::from_parameters(&flat).unwrap();
    assert_eq!(Mixed::PARAMETERS, 6 + 36 + 2);
    // The edge 1 => 5 is in row 5, column 1.
    assert_eq!(network.net().weight()[(5, 1)], (6 + 6 + 5) as f64);
    network.net_mut().weight_mut()[(5, 1)] = -1.0;
    assert_eq!(network.parameters()[6 + 6 + 5], -1.0);
}

#[test]
fn weights_of_edges_lie_in_the_order_in_which_they_are_written() {
    assert_eq!(ByEdge::PARAMETERS, 6);
    let network = ByEdge::from_parameters(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    assert_eq!(
        network.net().weight().as_slice(),
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    );
    // 0 => 3, 0 => 4, 1 => 3, 1 => 4, then 4 => 2, 3 => 2.
    let x = vector![0.5, -2.0];
    let (three, four) = (1.0 * x[0] + 3.0 * x[1], 2.0 * x[0] + 4.0 * x[1]);
    assert_eq!(network.value(&x), 5.0 * four + 6.0 * three);
}

#[test]
fn only_edges_get_initial_weights() {
    let networks = [
        Mixed::glorot_uniform(3),
        Mixed::glorot_normal(3),
        Mixed::he_normal(3),
        Mixed::uniform(3, 0.5..1.0),
    ];
    for network in networks {
        for source in 0..6 {
            for target in 0..6 {
                let weight = network.net().weight()[(target, source)];
                assert_eq!(
                    weight != 0.0,
                    is_edge(source, target),
                    "{source} => {target}"
                );
            }
        }
    }
    // Two edges end at neuron 4, three start at neuron 0: the bound of Glorot for these is sqrt(6 / 5).
    let bound = (6.0_f64 / 5.0).sqrt();
    let weights: Vec<f64> = (0..500)
        .map(|seed| Mixed::glorot_uniform(seed).net().weight()[(4, 0)])
        .collect();
    let largest = weights
        .iter()
        .fold(0.0_f64, |most, weight| most.max(weight.abs()));
    assert!(largest <= bound && largest > 0.98 * bound, "{largest}");
}

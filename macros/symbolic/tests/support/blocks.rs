//! The meaning of programs by all their interpreters: one point, blocks of points, and sums over them.

use derive_network_symbolic::interpret::{Tensor, interpret, interpret_points};
use derive_network_symbolic::ir::{NodeId, Program};
use derive_network_symbolic::schedule::{Mode, Vectors, alternatives};

use super::{distance, outputs};

/// A sum of some dozens of products of numbers below ten, in another order.
const TOLERANCE: f64 = 1e-12;

/// What a program means by its own interpreter, which all loop programs agree with.
pub fn meaning(
    name: &str,
    program: &Program,
    data: &[Vec<f64>],
    parameters: &[f64],
) -> Vec<Tensor> {
    program
        .verify()
        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}"));
    let expected = interpret(program, data, parameters);
    let modes = [(Mode::Batch, 1), (Mode::Single, 1), (Mode::Batch, 8)];
    for loops in modes
        .map(|(mode, count)| alternatives(program, mode, of_vectors(count, 8, 0)))
        .iter()
        .flatten()
    {
        loops
            .verify()
            .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}\n{loops}"));
        let points = vec![data.to_vec(); loops.vectors];
        let (found, _) = interpret_points(loops, &points, parameters);
        for found in found {
            let difference = distance(&found, &expected);
            assert!(
                difference < TOLERANCE,
                "{name}: {difference:e}\n{program}\n{loops}"
            );
        }
    }
    expected
}

/// The sums over some points by a program's own interpreter, which loop programs for blocks and for one point agree with.
pub fn sums(
    name: &str,
    program: &Program,
    points: &[Vec<Vec<f64>>],
    parameters: &[f64],
    vectors: &[usize],
) -> Vec<f64> {
    program
        .verify()
        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}"));
    let mut by_point = program.clone();
    let totals = program.totals.iter().map(|total| ("total", total.node));
    by_point.outputs = outputs(&totals.collect::<Vec<(&str, NodeId)>>());
    by_point.totals.clear();
    let mut expected = Vec::new();
    for point in points {
        let tensors = interpret(&by_point, point, parameters);
        for (total, tensor) in program.totals.iter().zip(tensors) {
            for (position, entry) in tensor.entries.iter().enumerate() {
                let place = total.offset + position;
                if expected.len() <= place {
                    expected.resize(place + 1, 0.0);
                }
                expected[place] += entry;
            }
        }
    }
    let largest = expected
        .iter()
        .fold(1.0_f64, |most, entry| most.max(entry.abs()));
    let blocks = [(8, 0), (16, 0), (16, usize::MAX)].map(|(lanes, apart)| {
        let vectors = vectors.iter();
        vectors.map(move |count| (Mode::Batch, of_vectors(*count, lanes, apart)))
    });
    let one = of_vectors(1, 8, 0);
    let modes = blocks.into_iter().flatten().chain([(Mode::Single, one)]);
    for loops in modes.flat_map(|(mode, vectors)| alternatives(program, mode, vectors)) {
        loops
            .verify()
            .unwrap_or_else(|fault| panic!("{name}: {fault}\n{program}\n{loops}"));
        let (_, sums) = interpret_points(&loops, points, parameters);
        assert_eq!(sums.len(), expected.len(), "{name}");
        for (place, (sum, expected)) in sums.iter().zip(&expected).enumerate() {
            let difference = (sum - expected).abs() / largest;
            assert!(
                difference <= TOLERANCE,
                "{name}, entry {place}: {sum} is not {expected}\n{program}\n{loops}"
            );
        }
    }
    expected
}

/// Blocks of so many vectors of so many lanes; of so many totals each lane may have its own.
pub fn of_vectors(count: usize, lanes: usize, apart: usize) -> Vectors {
    Vectors {
        count,
        lanes,
        apart,
    }
}

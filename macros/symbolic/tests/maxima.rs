//! Are first maxima, max pooling and softmax what plain loops say, at ties, far out, and in their derivatives?

mod support;

use derive_network_symbolic::interpret::{interpret, interpret_loops};
use derive_network_symbolic::request::{Elimination, Request, derive};
use derive_network_symbolic::schedule::{Mode, schedule};
use support::blocks::meaning;
use support::convolution::{close, pool};
use support::programs::Builder;
use support::{Random, outputs};

fn first_max(entries: &[f64]) -> Vec<f64> {
    let mut best = 0;
    for (place, entry) in entries.iter().enumerate() {
        if *entry > entries[best] {
            best = place;
        }
    }
    (0..entries.len())
        .map(|place| f64::from(u8::from(place == best)))
        .collect()
}

#[test]
fn the_first_of_the_largest_is_marked() {
    let mut random = Random(5);
    for extent in [1, 2, 7, 8, 9, 16, 17, 65, 1000] {
        for round in 0..4 {
            // Few values, so that there are ties.
            let levels = [1, 2, 5, 1000][round];
            let x: Vec<f64> = (0..extent).map(|_| random.below(levels) as f64).collect();
            let mut builder = Builder::new(extent);
            let marks = builder.program.graph.first_max(builder.x, 0);
            builder.program.outputs = outputs(&[("marks", marks)]);
            let name = format!("{extent} entries of {levels} levels");
            let found = meaning(&name, &builder.program, std::slice::from_ref(&x), &[]);
            assert_eq!(found[0].entries, first_max(&x), "{name}");
        }
    }
}

#[test]
fn a_maximum_of_what_is_not_a_number_is_none() {
    for extent in [3, 8, 20] {
        for place in [0, 1, extent - 1] {
            let mut builder = Builder::new(extent);
            let largest = builder.program.graph.max_along(builder.x, 0);
            builder.program.outputs = outputs(&[("largest", largest)]);
            let mut x: Vec<f64> = (0..extent).map(|entry| entry as f64).collect();
            x[place] = f64::NAN;
            let found = interpret(&builder.program, std::slice::from_ref(&x), &[]);
            assert!(found[0].entries[0].is_nan(), "{extent} {place}");
            for mode in [Mode::Batch, Mode::Single] {
                let loops = schedule(&builder.program, mode);
                let found = interpret_loops(&loops, std::slice::from_ref(&x), &[]);
                assert!(found[0].entries[0].is_nan(), "{extent} {place} {mode:?}");
            }
        }
    }
}

#[test]
fn max_pooling_is_what_loops_say_with_its_jacobian() {
    let mut random = Random(8);
    for (kernel, stride) in [(2, 2), (3, 2), (2, 1), (3, 3), (4, 1)] {
        let [channels, rows, columns] = [
            1 + random.below(2),
            4 + random.below(3),
            5 + random.below(2),
        ];
        let inputs = channels * rows * columns;
        let mut builder = Builder::new(inputs);
        let graph = &mut builder.program.graph;
        let image = graph.reshape(builder.x, &[channels, rows, columns]);
        let value = pool(graph, image, kernel, stride, true);
        let value = graph.flatten(value);
        builder.program.outputs = outputs(&[("value", value)]);
        let x = random.numbers(inputs);
        let places = |extent: usize| (extent - kernel) / stride + 1;
        let mut expected = Vec::new();
        let mut sources = Vec::new();
        for c in 0..channels {
            for i in 0..places(rows) {
                for j in 0..places(columns) {
                    let seen = (0..kernel).flat_map(|k| (0..kernel).map(move |l| (k, l)));
                    let place = |(k, l)| (c * rows + i * stride + k) * columns + j * stride + l;
                    let seen: Vec<usize> = seen.map(place).collect();
                    let best = seen.iter().copied().max_by(|a, b| x[*a].total_cmp(&x[*b]));
                    sources.push(best.expect("a window has entries"));
                    expected.push(x[sources[sources.len() - 1]]);
                }
            }
        }
        let name = format!("{channels}x{rows}x{columns} by {kernel}, {stride}");
        let derived = derive(&builder.program, Request::Jacobian, Elimination::Automatic).program;
        let found = meaning(&name, &derived, &[x], &[]);
        close(&name, &found[0].entries, &expected);
        let mut jacobian = vec![0.0; sources.len() * inputs];
        for (result, source) in sources.iter().enumerate() {
            jacobian[source * sources.len() + result] = 1.0;
        }
        close(&name, &found[1].entries, &jacobian);
    }
}

fn softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = x.iter().map(|x| (x - largest).exp()).sum();
    x.iter().map(|x| (x - largest).exp() / total).collect()
}

#[test]
fn softmax_has_the_known_derivatives() {
    let mut random = Random(9);
    for width in [1, 2, 5, 8, 11] {
        for far in [1.0, 300.0] {
            for logarithm in [false, true] {
                let x: Vec<f64> = random.numbers(width).iter().map(|x| far * x).collect();
                let mut builder = Builder::new(width);
                let graph = &mut builder.program.graph;
                let value = if logarithm {
                    graph.log_softmax(builder.x)
                } else {
                    graph.softmax(builder.x)
                };
                builder.program.outputs = outputs(&[("value", value)]);
                let name = format!("{width} at {far}, logarithm {logarithm}");
                let derived = derive(&builder.program, Request::Hessian, Elimination::Automatic);
                let found = meaning(&name, &derived.program, std::slice::from_ref(&x), &[]);
                let s = softmax(&x);
                let delta = |a: usize, b: usize| f64::from(u8::from(a == b));
                let (mut value, mut jacobian, mut hessian) = (Vec::new(), Vec::new(), Vec::new());
                for k in 0..width {
                    let total: f64 = x.iter().map(|other| (other - x[k]).exp()).sum();
                    value.push(if logarithm { -total.ln() } else { s[k] });
                }
                // First axis fastest: outputs, then inputs, but the Hessian has its output last.
                for a in 0..width {
                    for k in 0..width {
                        let slope = delta(k, a) - s[a];
                        jacobian.push(if logarithm { slope } else { s[k] * slope });
                    }
                }
                for k in 0..width {
                    for a in 0..width {
                        for b in 0..width {
                            let curve = -s[a] * (delta(a, b) - s[b]);
                            hessian.push(if logarithm {
                                curve
                            } else {
                                s[k] * ((delta(k, a) - s[a]) * (delta(k, b) - s[b]) + curve)
                            });
                        }
                    }
                }
                close(&name, &found[0].entries, &value);
                close(&name, &found[1].entries, &jacobian);
                close(&name, &found[2].entries, &hessian);
            }
        }
    }
}

//! Checks that a loop program stays within its memory and reads nothing that was not written.
//!
//! The runtime's scratch is not initialised: that no nest reads before another has written is shown
//! here, element by element. The tests run it on every program that they schedule; it is no part of
//! an expansion, whose time it would double.

use super::nests::{
    ContractionNest, ElementwiseNest, LaneAxis, LaneTotals, Loop, LoopProgram, Nest, Operand,
    Place, Relayout, Space, View,
};

/// What was written to an element.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Nothing,
    /// The zero that a sum begins as.
    Cleared,
    Written,
}

/// Which elements were written.
struct Written {
    parameters: usize,
    scratch: Vec<State>,
    block: Vec<State>,
    gradient: Vec<State>,
    result: Vec<State>,
    /// Where copies of points begin in the block.
    copies: usize,
}

impl Written {
    fn read(&self, place: Place, address: usize) -> Result<(), String> {
        let address = self.address(place, address);
        let fine = match place.space {
            Space::Parameters => address < self.parameters,
            _ => self
                .scratch(place.space)
                .get(address)
                .is_some_and(|state| *state != State::Nothing),
        };
        if fine {
            Ok(())
        } else {
            Err(format!(
                "element {address} of {:?} is read before it is written",
                place.space
            ))
        }
    }

    fn write(&mut self, place: Place, address: usize) -> Result<(), String> {
        self.set(place, address, State::Written)
    }

    /// A copy of the only point of a vector lies in the block from its first element on.
    fn address(&self, place: Place, address: usize) -> usize {
        let copies = match place.space {
            Space::Point => self.copies,
            _ => 0,
        };
        copies + place.offset + address
    }

    fn set(&mut self, place: Place, address: usize, state: State) -> Result<(), String> {
        let address = self.address(place, address);
        let elements = match place.space {
            Space::Parameters | Space::Point => None,
            Space::Scratch => Some(&mut self.scratch),
            Space::Block => Some(&mut self.block),
            Space::Gradient => Some(&mut self.gradient),
            Space::Result => Some(&mut self.result),
        };
        let element = elements.and_then(|elements| elements.get_mut(address));
        *element
            .ok_or_else(|| format!("element {address} of {:?} is not scratch", place.space))? =
            state;
        Ok(())
    }

    /// The elements of a space that is written.
    fn scratch(&self, space: Space) -> &[State] {
        match space {
            Space::Parameters => &[],
            Space::Scratch => &self.scratch,
            Space::Block | Space::Point => &self.block,
            Space::Gradient => &self.gradient,
            Space::Result => &self.result,
        }
    }

    /// Nothing was added to a sum that begins.
    fn begin(&self, place: Place, address: usize) -> Result<(), String> {
        let address = place.offset + address;
        if self.scratch(place.space).get(address) == Some(&State::Written) {
            return Err(format!(
                "element {address} of {:?} begins where something was added to it",
                place.space
            ));
        }
        Ok(())
    }
}

impl LoopProgram {
    /// Walks every nest; the answer names the first fault and the nest.
    pub fn verify(&self) -> Result<(), String> {
        let result = self.result.as_ref();
        let [numbers, copies] = result.map_or([0; 2], |result| [result.numbers, result.copies]);
        let mut written = Written {
            parameters: self.parameters,
            scratch: vec![State::Nothing; self.scratch],
            block: vec![State::Nothing; self.block],
            gradient: vec![State::Nothing; self.gradient],
            result: vec![State::Nothing; numbers],
            copies,
        };
        for view in &self.cleared {
            each_number(view, &mut |place, address| {
                written.set(place, address, State::Cleared)
            })?;
        }
        for view in &self.inputs {
            self.each_vector(view, &mut |place, address| written.write(place, address))?;
        }
        let nests = self.prologue.iter().chain(&self.body);
        for (number, nest) in nests.chain(self.nests_of_result()).enumerate() {
            let checked = match nest {
                Nest::Contraction(nest) => contraction(nest, &mut written),
                Nest::Elementwise(nest) => elementwise(nest, &mut written),
                Nest::Relayout(nest) => relayout(nest, &mut written),
            };
            checked.map_err(|fault| format!("{fault} in nest {number}: {nest}"))?;
        }
        let LaneTotals { count, block, .. } = self.lane_totals;
        let sums = [
            View::numbers(Space::Gradient, 0, self.gradient),
            View::numbers(Space::Scratch, self.gradient, self.totals - self.gradient),
            View::numbers(Space::Block, block, count),
        ];
        for view in &sums {
            each_number(view, &mut |place, address| written.read(place, address))?;
        }
        for view in &self.outputs {
            self.each_vector(view, &mut |place, address| written.read(place, address))?;
        }
        Ok(())
    }

    /// Calls `visit` with the address of each element, for each vector of points.
    fn each_vector(
        &self,
        view: &View,
        visit: &mut dyn FnMut(Place, usize) -> Result<(), String>,
    ) -> Result<(), String> {
        let vectors = if view.space == Space::Block {
            self.vectors
        } else {
            1
        };
        let (mut loops, mut steps) = (view.shape.clone(), view.strides.clone());
        loops.push(vectors);
        steps.push(1);
        each(&[(view.place(), steps)], &loops, visit)
    }
}

/// Calls `visit` with the address of each element.
fn each_number(
    view: &View,
    visit: &mut dyn FnMut(Place, usize) -> Result<(), String>,
) -> Result<(), String> {
    each(&[(view.place(), view.strides.clone())], &view.shape, visit)
}

/// Calls `visit` with the address of each tensor at each step of nested loops.
fn each(
    tensors: &[(Place, Vec<usize>)],
    loops: &[usize],
    visit: &mut dyn FnMut(Place, usize) -> Result<(), String>,
) -> Result<(), String> {
    for (place, steps) in tensors {
        // A loop in which the tensor stands still visits nothing new.
        let moving: Vec<(usize, usize)> = loops
            .iter()
            .copied()
            .zip(steps.iter().copied())
            .filter(|(_, step)| *step > 0)
            .collect();
        if loops.contains(&0) {
            continue;
        }
        let volume: usize = moving.iter().map(|(extent, _)| extent).product();
        for number in 0..volume {
            let mut rest = number;
            let mut address = 0;
            for (extent, step) in &moving {
                address += rest % extent * step;
                rest /= extent;
            }
            visit(*place, address)?;
        }
    }
    Ok(())
}

/// Whether all steps of some loops lead to different places.
fn apart(loops: &[usize], steps: &[usize]) -> Result<(), String> {
    let mut places = vec![0];
    for (extent, step) in loops.iter().zip(steps) {
        let outer = std::mem::take(&mut places);
        for place in outer {
            places.extend((0..*extent).map(|index| place + index * step));
        }
    }
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    if places.len() == count {
        Ok(())
    } else {
        Err("several results are written to one place".to_owned())
    }
}

fn contraction(nest: &ContractionNest, written: &mut Written) -> Result<(), String> {
    let mut loops: Vec<Loop> = nest.outer.clone();
    loops.extend([nest.m, nest.n]);
    let results = loops.len();
    loops.extend(&nest.sums);
    loops.push(nest.k);
    let extents: Vec<usize> = loops.iter().map(|step| step.extent).collect();
    let steps = |of: fn(&Loop) -> usize| -> Vec<usize> { loops.iter().map(of).collect() };
    let mut reads = Vec::new();
    for (a, b) in nest.factors() {
        reads.push((a, steps(|step| step.a)));
        reads.extend(b.map(|b| (b, steps(|step| step.b))));
    }
    let along_the_lanes = [nest.k.a, nest.k.b, nest.weight.map_or(1, |(_, step)| step)];
    if nest.weight.is_some() && nest.lane == LaneAxis::Sum && along_the_lanes != [1; 3] {
        return Err("a weight along the lanes, and what it multiplies, are contiguous".to_owned());
    }
    reads.extend(nest.weights().into_iter().map(|(weight, step)| {
        let mut along = vec![0; loops.len()];
        along[loops.len() - 1] = step;
        (weight, along)
    }));
    each(&reads, &extents, &mut |place, address| {
        written.read(place, address)
    })?;
    if let (Some(init), false) = (nest.init, nest.begins) {
        let mut extents = extents[..results].to_vec();
        extents[results - 1] = nest.n.extent.min(nest.initial_columns);
        let read = (init, steps(|step| step.init)[..results].to_vec());
        each(&[read], &extents, &mut |place, address| {
            written.read(place, address)
        })?;
    }
    // A tile is read as a whole before it is written.
    apart(&[nest.m.extent, nest.n.extent], &[nest.m.out, nest.n.out])?;
    let out = (nest.out, steps(|step| step.out)[..results].to_vec());
    if nest.begins {
        if nest.init != Some(nest.out) {
            return Err("sums that begin are not what is added to".to_owned());
        }
        each(
            std::slice::from_ref(&out),
            &extents[..results],
            &mut |place, address| written.begin(place, address),
        )?;
    }
    each(&[out], &extents[..results], &mut |place, address| {
        written.write(place, address)
    })
}

fn relayout(nest: &Relayout, written: &mut Written) -> Result<(), String> {
    let mut loops = vec![nest.vectors, nest.rows.0];
    let (mut from, mut to) = (vec![1, nest.rows.1], vec![nest.stride, 1]);
    for [extent, read, write] in &nest.others {
        loops.push(*extent);
        from.push(*read);
        to.push(*write);
    }
    each(&[(nest.from, from)], &loops, &mut |place, address| {
        written.read(place, address)
    })?;
    apart(&loops, &to)?;
    each(&[(nest.to, to)], &loops, &mut |place, address| {
        written.write(place, address)
    })
}

fn elementwise(nest: &ElementwiseNest, written: &mut Written) -> Result<(), String> {
    let reads: Vec<(Place, Vec<usize>)> = nest
        .operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::Tensor { place, steps } => Some((*place, steps.clone())),
            Operand::Delta(..) => None,
        })
        .collect();
    each(&reads, &nest.loops, &mut |place, address| {
        written.read(place, address)
    })?;
    for (_, steps) in &nest.results {
        apart(&nest.loops, steps)?;
    }
    each(&nest.results, &nest.loops, &mut |place, address| {
        written.write(place, address)
    })
}

//! Which elements of the memory are still to be read, while nests are gone through from the last to the first.
//!
//! Tensors are interleaved and written over by others of another shape, so what is read is known of each element.

use super::nests::{Space, View};
use super::touched::{Touched, Walk};

/// Elements that are still to be read, of scratch, of which the gradient may be the first, and of the block.
#[derive(Debug, Default)]
pub(crate) struct Live([Vec<bool>; 2]);

impl Live {
    /// Reads the results, before the last nest is passed.
    pub fn read_outputs(&mut self, outputs: &[View]) {
        for view in outputs.iter().filter(|view| !view.shape.contains(&0)) {
            self.set(&Walk::new(view.place(), &view.shape, &view.strides), true);
        }
    }

    /// Passes a nest: what it writes anew was not read from before.
    pub fn pass(&mut self, nest: &Touched) {
        for write in &nest.writes {
            self.set(&write.walk, false);
        }
        for read in &nest.reads {
            self.set(&read.walk, true);
        }
    }

    /// Reads or, if not `read`, writes all elements of a walk.
    fn set(&mut self, walk: &Walk, read: bool) {
        let elements = match walk.place.space {
            Space::Parameters | Space::Point | Space::Result => return,
            Space::Scratch | Space::Gradient => &mut self.0[0],
            Space::Block => &mut self.0[1],
        };
        for (first, length) in walk.runs() {
            if elements.len() < first + length {
                elements.resize(first + length, false);
            }
            elements[first..first + length].fill(read);
        }
    }

    /// Whether any element of a walk is still to be read.
    pub fn any(&self, walk: &Walk) -> bool {
        let elements = match walk.place.space {
            Space::Parameters | Space::Point | Space::Result => return false,
            Space::Scratch | Space::Gradient => &self.0[0],
            Space::Block => &self.0[1],
        };
        let mut runs = walk.runs().into_iter();
        runs.any(|(first, length)| {
            let last = elements.len().min(first + length);
            elements
                .get(first..last)
                .is_some_and(|run| run.contains(&true))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::nests::Place;
    use super::*;

    fn walk(offset: usize, extents: &[usize], steps: &[usize]) -> Walk {
        let space = Space::Block;
        Walk::new(Place { space, offset }, extents, steps)
    }

    #[test]
    fn a_tensor_of_overlapping_windows_is_one_run() {
        assert_eq!(walk(5, &[4, 3], &[1, 1]).runs(), [(5, 6)]);
        assert_eq!(walk(5, &[2, 3, 4], &[3, 1, 0]).runs(), [(5, 6)]);
    }

    #[test]
    fn what_interleaved_tensors_write_together_is_not_read_from_before() {
        let mut live = Live::default();
        live.set(&walk(10, &[12], &[1]), true);
        live.set(&walk(10, &[4], &[3]), false);
        assert!(live.any(&walk(10, &[12], &[1])));
        live.set(&walk(11, &[2, 4], &[1, 3]), false);
        assert!(!live.any(&walk(10, &[12], &[1])));
        assert!(!live.any(&walk(100, &[12], &[1])));
    }
}

//! Nested loops, one step after the other.

use super::elementwise::MOST_LOOPS;
use super::nest::Loop;

/// Nested loops and where they stand.
pub(super) struct Odometer {
    loops: &'static [Loop],
    units: [usize; 4],
    counters: [usize; MOST_LOOPS],
    /// How far the operands have moved, in scalars.
    pub moved: [usize; 4],
}

impl Odometer {
    /// At the first step; an element of each operand has so many scalars.
    #[inline(always)]
    pub fn new(loops: &'static [Loop], units: [usize; 4]) -> Self {
        Odometer {
            loops,
            units,
            counters: [0; MOST_LOOPS],
            moved: [0; 4],
        }
    }

    /// The next step, the last loop fastest; false behind the last.
    #[inline(never)]
    pub fn next(&mut self) -> bool {
        let mut number = self.loops.len();
        while number > 0 {
            number -= 1;
            let step = &self.loops[number];
            let steps = [step.out, step.a, step.b, step.init];
            self.counters[number] += 1;
            let back = if self.counters[number] < step.extent {
                0
            } else {
                self.counters[number] = 0;
                step.extent
            };
            let mut operand = 0;
            while operand < 4 {
                let unit = steps[operand] * self.units[operand];
                self.moved[operand] = (self.moved[operand] + unit).wrapping_sub(back * unit);
                operand += 1;
            }
            if back == 0 {
                return true;
            }
        }
        false
    }
}

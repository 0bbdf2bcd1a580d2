//! Matrices of parameters are read from copies whose columns begin in different sets of the nearest cache.
//!
//! Columns that are a multiple of a page apart share one set: a line of it is driven out before the next tile of rows needs the rest of it.
//! A copy, which is made once a call, costs less than one block of points saves where tiles are short (AVX2, width 512).

use crate::functions::StraightLineBuilder;

use super::nests::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Nest, Operand, Place, Space,
};

/// Numbers between columns of a copy that are none of it: a line of the cache, of double precision.
const BETWEEN: usize = 8;
/// The fewest columns that are copied: of fewer, all lines stay in one set.
const LEAST_COLUMNS: usize = 64;

/// A matrix as nests of a body read it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Matrix {
    offset: usize,
    rows: usize,
    columns: usize,
    /// From one column to the next.
    step: usize,
}

impl LoopProgram {
    /// The program with copies of the matrices whose columns are a multiple of `period` numbers apart, if there are any.
    pub fn with_copies(&self, period: usize) -> Option<LoopProgram> {
        let matrix = |nest: &Nest| match nest {
            Nest::Contraction(nest) => Matrix::of(nest, period),
            Nest::Elementwise(_) | Nest::Relayout(_) => None,
        };
        let mut copied: Vec<(Matrix, usize)> = Vec::new();
        let mut program = self.clone();
        for nest in &mut program.body {
            let (Some(matrix), Nest::Contraction(contraction)) = (matrix(nest), &mut *nest) else {
                continue;
            };
            let known = copied.iter().find(|(known, _)| *known == matrix);
            let begins = match known {
                Some((_, begins)) => *begins,
                None => {
                    let begins = program.scratch.next_multiple_of(BETWEEN);
                    program.scratch = begins + matrix.columns * (matrix.step + BETWEEN);
                    copied.push((matrix, begins));
                    begins
                }
            };
            matrix.read_from(begins, contraction);
        }
        let copies = copied
            .iter()
            .map(|(matrix, begins)| Nest::Elementwise(matrix.copy_to(*begins)));
        program.prologue.extend(copies);
        (!copied.is_empty()).then_some(program)
    }
}

impl Matrix {
    /// The first factor of a contraction, if it is such a matrix.
    fn of(nest: &ContractionNest, period: usize) -> Option<Matrix> {
        let is_plain = nest.outer.is_empty() && nest.sums.is_empty() && nest.addends.is_empty();
        let [rows, columns] = if nest.m.a == 1 {
            [nest.m, nest.k]
        } else {
            [nest.k, nest.m]
        };
        let collide = rows.a == 1
            && columns.a >= rows.extent
            && columns.a.is_multiple_of(period)
            && columns.extent >= LEAST_COLUMNS;
        let is_one = nest.lane == LaneAxis::Points && nest.a.space == Space::Parameters;
        (is_plain && is_one && collide).then_some(Matrix {
            offset: nest.a.offset,
            rows: rows.extent,
            columns: columns.extent,
            step: columns.a,
        })
    }

    /// Reads the copy.
    fn read_from(self, begins: usize, nest: &mut ContractionNest) {
        nest.a = Place {
            space: Space::Scratch,
            offset: begins,
        };
        let apart = |step: &mut Loop| {
            if step.a == self.step {
                step.a += BETWEEN;
            }
        };
        apart(&mut nest.m);
        apart(&mut nest.k);
    }

    /// The nest that copies it.
    fn copy_to(self, begins: usize) -> ElementwiseNest {
        let mut builder = StraightLineBuilder::new();
        let number = builder.operand(0);
        let place = |space, offset| Place { space, offset };
        ElementwiseNest {
            lane: LaneAxis::Row,
            loops: vec![self.columns, self.rows],
            vectors: 1,
            operands: vec![Operand::Tensor {
                place: place(Space::Parameters, self.offset),
                steps: vec![self.step, 1],
            }],
            results: vec![(place(Space::Scratch, begins), vec![self.step + BETWEEN, 1])],
            body: builder.finish(&[number]),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{Graph, Output, Product, Program};
    use crate::schedule::{Mode, Nest, Space, schedule};

    /// A vector of 64 numbers, multiplied by a matrix of so many rows.
    fn product(rows: usize) -> Program {
        let mut graph = Graph::default();
        let (x, matrix) = (graph.input(0, &[64]), graph.parameter(0, &[rows, 64]));
        let mut product = Product {
            extents: vec![rows, 64],
            factors: Vec::new(),
        };
        product.tensor(matrix, &[0, 1]);
        product.tensor(x, &[1]);
        let node = graph.contract(product, &[0]);
        Program {
            graph,
            inputs: vec![vec![64]],
            parameters: 64 * rows,
            outputs: vec![Output {
                name: "y".to_string(),
                node,
            }],
            totals: Vec::new(),
            gradient: 0,
        }
    }

    #[test]
    fn columns_that_collide_are_read_from_a_copy_with_a_line_between_them() {
        let program = schedule(&product(16), Mode::Batch);
        let copied = program.with_copies(16).expect("columns are 16 apart");
        copied.verify().expect("the copy lies within the scratch");
        assert_eq!(copied.scratch, 64 * 24);
        let [Nest::Contraction(nest)] = &copied.body[..] else {
            panic!("a product is one contraction");
        };
        assert_eq!((nest.a.space, nest.k.a), (Space::Scratch, 24));
    }

    #[test]
    fn columns_that_do_not_collide_are_read_where_they_are() {
        let program = schedule(&product(24), Mode::Batch);
        assert_eq!(program.with_copies(16), None);
    }
}

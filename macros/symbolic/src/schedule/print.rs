//! Text of a loop program, one line a nest.

use std::fmt::{self, Display, Formatter};

use super::nests::{
    Addend, ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Nest, Operand, Place,
    Relayout, Space,
};

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let space = match self.space {
            Space::Parameters => "parameters",
            Space::Scratch => "scratch",
            Space::Block => "block",
            Space::Gradient => "gradient",
            Space::Point => "point",
            Space::Result => "result",
        };
        write!(formatter, "{space}[{}..]", self.offset)
    }
}

impl Display for LaneAxis {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LaneAxis::Points => "points",
            LaneAxis::Row => "row",
            LaneAxis::Sum => "sum",
        })
    }
}

impl Display for Nest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Nest::Contraction(nest) => nest.fmt(formatter),
            Nest::Elementwise(nest) => nest.fmt(formatter),
            Nest::Relayout(nest) => nest.fmt(formatter),
        }
    }
}

impl Display for ContractionNest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} lanes: {}", self.lane, self.out)?;
        write!(formatter, " = ")?;
        if let Some(init) = self.init {
            write!(formatter, "{init} + ")?;
        }
        if self.scale != 1.0 {
            write!(formatter, "{} ", self.scale)?;
        }
        write!(formatter, "sum {}", self.a)?;
        if let Some((weight, step)) = self.weight {
            write!(formatter, " {weight} (k {step})")?;
        }
        if let Some(b) = self.b {
            write!(formatter, " {b}")?;
        }
        let line = |name: &str, step: &Loop| {
            format!(
                "{name} {} (out {}, a {}, b {})",
                step.extent, step.out, step.a, step.b
            )
        };
        let mut loops: Vec<String> = self.outer.iter().map(|step| line("outer", step)).collect();
        loops.push(line("m", &self.m));
        loops.push(line("n", &self.n));
        loops.extend(self.sums.iter().map(|step| line("sum", step)));
        loops.push(line("k", &self.k));
        write!(formatter, " over {}", loops.join(", "))?;
        for addend in &self.addends {
            let Addend {
                a,
                b,
                weight,
                scale,
            } = addend;
            write!(
                formatter,
                ", addend (a {a}, b {b}, weight {weight}) times {scale}"
            )?;
        }
        if self.symmetric {
            formatter.write_str(", one triangle")?;
        }
        if self.over_points {
            formatter.write_str(", k the points")?;
        }
        if self.begins {
            formatter.write_str(", begins its sums")?;
        }
        Ok(())
    }
}

impl Display for Relayout {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let others: usize = self.others.iter().map(|[extent, ..]| extent).product();
        let (rows, stride) = (self.rows.0, self.stride);
        write!(
            formatter,
            "{} = {}, point by point, {stride} apart: {rows} rows by {others}",
            self.to, self.from
        )
    }
}

impl Display for ElementwiseNest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let results: Vec<String> = self
            .results
            .iter()
            .map(|(place, _)| place.to_string())
            .collect();
        let operands = self.operands.iter().map(|operand| match operand {
            Operand::Tensor { place, .. } => place.to_string(),
            Operand::Delta(a, b) => format!("delta({a}, {b})"),
        });
        let operands: Vec<String> = operands.collect();
        write!(
            formatter,
            "{} lanes: {} = f({})",
            self.lane,
            results.join(", "),
            operands.join(", ")
        )?;
        writeln!(formatter, " over {:?} where f is", self.loops)?;
        for line in self.body.to_string().lines() {
            writeln!(formatter, "        {line}")?;
        }
        Ok(())
    }
}

impl Display for LoopProgram {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:?}: scratch {}, block {}",
            self.mode, self.scratch, self.block
        )?;
        let parts = [
            ("once", &self.prologue[..]),
            ("each", &self.body),
            ("by point", self.nests_of_result()),
        ];
        for (title, nests) in parts {
            for nest in nests {
                writeln!(formatter, "  {title}: {}", nest.to_string().trim_end())?;
            }
        }
        Ok(())
    }
}

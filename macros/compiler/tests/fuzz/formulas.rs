//! Random choices and what is declared go in, the text of functions and losses comes out, mostly meant to be right.

use super::generate::FUNCTIONS;
use super::random::Random;

/// What formulas can use.
#[derive(Default)]
pub struct Known {
    /// Inputs by which a partial derivative can be taken.
    pub variables: Vec<String>,
    /// Inputs that are vectors.
    pub vector_variables: Vec<String>,
    /// All scalars.
    pub scalars: Vec<String>,
    /// All vectors, with their lengths.
    pub vectors: Vec<(String, usize)>,
    /// Matrices, with their rows and columns.
    pub matrices: Vec<(String, usize, usize)>,
}

impl Known {
    /// Adds a scalar, or a vector of this length, and returns how its declaration is written.
    pub fn declare(&mut self, name: &str, size: Option<usize>) -> String {
        match size {
            None => {
                self.scalars.push(name.to_owned());
                name.to_owned()
            }
            Some(size) => {
                self.scalars.push(format!("{name}[{}]", size - 1));
                self.vectors.push((name.to_owned(), size));
                format!("{name}: {size}")
            }
        }
    }

    fn scalar(&self, random: &mut Random) -> String {
        match self.scalars.len() {
            count if count > 0 && !random.once_in(5) => self.scalars[random.below(count)].clone(),
            _ => random
                .pick(&["1.0", "0.5", "2", "PI", "E", "1e-3"])
                .to_owned(),
        }
    }

    fn vector(&self, random: &mut Random) -> Option<(String, usize)> {
        let count = self.vectors.len();
        (count > 0).then(|| self.vectors[random.below(count)].clone())
    }
}

/// The block of `define`; what it names becomes known. The names of functions, with whether each is a scalar.
pub fn generate_define(known: &mut Known, random: &mut Random) -> (String, Vec<(String, bool)>) {
    let mut text = String::new();
    let mut functions = Vec::new();
    for name in &["residual", "flux", "energy"][..1 + random.below(3)] {
        let vector = random
            .once_in(3)
            .then(|| generate_vector(known, random, 2))
            .flatten();
        match vector {
            Some((formula, size)) => {
                text += &format!("let {name} = {formula}; ");
                known.vectors.push(((*name).to_owned(), size));
                functions.push(((*name).to_owned(), false));
            }
            None => {
                text += &format!("let {name} = {}; ", generate_scalar(known, random, 3));
                known.scalars.push((*name).to_owned());
                functions.push(((*name).to_owned(), true));
            }
        }
    }
    (format!("define = {{ {text}}}"), functions)
}

/// The list of losses, and their names.
pub fn generate_losses(known: &Known, random: &mut Random) -> (String, Vec<String>) {
    let names = ["physics", "fit"];
    let losses = names[..1 + random.below(2)].iter().map(|name| {
        let mut formula = generate_reduction(known, random);
        if random.once_in(3) {
            formula = format!(
                "{formula} - 0.1 * PI * {}",
                generate_reduction(known, random)
            );
        }
        ((*name).to_owned(), format!("{name} = {formula}"))
    });
    let (names, losses): (Vec<String>, Vec<String>) = losses.unzip();
    (format!("loss({})", losses.join(", ")), names)
}

fn generate_reduction(known: &Known, random: &mut Random) -> String {
    let mut part = || match random.once_in(3).then(|| known.vector(random)).flatten() {
        Some((name, _)) => name,
        None => generate_scalar(known, random, 2),
    };
    let (left, right) = (part(), part());
    let is_vector = |part: &str| known.vectors.iter().any(|(name, _)| name == part);
    let fits = !is_vector(&left) || !is_vector(&right) || left == right;
    match random.below(5) {
        0 if fits => format!("mse({left}, {right})"),
        1 if fits => format!("half_mse({left}, {right}) / 2"),
        2 => format!("sum_square({left})"),
        3 => format!("-mean({left})"),
        _ => format!("3 * mean_square({left})"),
    }
}

pub fn generate_scalar(known: &Known, random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.once_in(4) {
        return known.scalar(random);
    }
    let part = |random: &mut Random| generate_scalar(known, random, depth - 1);
    let left = part(random);
    match random.below(13) {
        12 => format!("{}({left}, {})", random.pick(&["max", "min"]), part(random)),
        0 => format!("{left} + {}", part(random)),
        1 => format!("({left}) * ({})", part(random)),
        2 => format!("{left} - ({})", part(random)),
        3 => format!("({left}) / (2.0 + sin({}))", part(random)),
        4 => format!("-({left})"),
        5 => format!("powi({left}, {})", random.below(4)),
        6 => format!("{}({left})", random.pick(&FUNCTIONS)),
        7 | 8 if !known.variables.is_empty() => {
            let variables = (0..=random.below(2))
                .map(|_| known.variables[random.below(known.variables.len())].clone());
            let variables: Vec<String> = variables.collect();
            format!("d({left}, {})", variables.join(", "))
        }
        9 if !known.vector_variables.is_empty() => {
            let variable = &known.vector_variables[random.below(known.vector_variables.len())];
            format!("laplacian({left}, {variable})")
        }
        10 => match generate_vector(known, random, depth - 1) {
            Some((vector, _)) => format!(
                "{}({vector})",
                random.pick(&["sum", "mean", "sum_square", "norm"])
            ),
            None => left,
        },
        _ => match known.vector(random) {
            Some((vector, size)) => format!("dot({vector}, {left} * {vector}[0..{size}])"),
            None => left,
        },
    }
}

fn generate_vector(known: &Known, random: &mut Random, depth: usize) -> Option<(String, usize)> {
    let vector = known.vector(random);
    if depth == 0 {
        return vector;
    }
    let scalar = generate_scalar(known, random, depth - 1);
    match random.below(9) {
        5 => vector.map(|(vector, size)| (format!("concat({scalar}, {vector})"), size + 1)),
        6 => Some((format!("[{scalar}, 1.0]"), 2)),
        7 => vector.map(|(vector, size)| {
            (
                format!("{}({vector})", random.pick(&["softmax", "log_softmax"])),
                size,
            )
        }),
        8 => known.matrices.first().map(|(matrix, _, columns)| {
            (
                format!("transpose({matrix}) * {matrix} * {matrix}[0]"),
                *columns,
            )
        }),
        0 if !known.vector_variables.is_empty() => {
            let variable = &known.vector_variables[random.below(known.vector_variables.len())];
            let size = known.vectors.iter().find(|(name, _)| name == variable)?.1;
            Some((format!("gradient({scalar}, {variable})"), size))
        }
        1 => {
            let fits = |size: usize| known.matrices.iter().find(|matrix| matrix.2 == size);
            let (vector, size) = vector?;
            match fits(size) {
                Some((matrix, rows, _)) => Some((format!("{matrix} * {vector}"), *rows)),
                None => Some((format!("tanh({vector})"), size)),
            }
        }
        2 => vector.map(|(vector, size)| (format!("({scalar}) * {vector} + {vector}"), size)),
        3 => vector.map(|(vector, size)| (format!("{vector} / (1.5 + cos({scalar}))"), size)),
        4 => vector.map(|(vector, size)| (format!("({vector} - {scalar})[..{}]", size), size)),
        _ => vector,
    }
}

//! What can be asked of a function, as chains of transforms: a value program goes in, a program with
//! the value and the derivatives comes out, by the cheapest way or by the one that is named.

use crate::differentiate::{Form, Path, Tail, forward, forward_laplacian, reverse, second_order};
use crate::ir::{Binding, CalledFor, Graph, Index, NodeId, Op, Output, Product, Program};
use crate::simplify::collapse::collapse;
use crate::simplify::cost::Cost;

/// A request for a function f of x with outputs of shape `[O]`. Derivatives are in x alone, whatever other inputs f has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// f.
    Value,
    /// f and its gradient; one output.
    Gradient,
    /// f and its Jacobian.
    Jacobian,
    /// f, gradient or Jacobian, and the Hessian of each output.
    Hessian,
    /// f, gradient or Jacobian, and the Laplacian of each output.
    Laplacian,
    /// f, Jacobian, and the Hessian of the outputs weighted by one more input.
    AdjointHessian,
    /// f and the Jacobian times one more input.
    Jvp,
    /// f and one more input times the Jacobian.
    Vjp,
    /// f, gradient, and the Hessian times one more input; one output.
    Hvp,
}

/// How second derivatives are eliminated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Elimination {
    /// The cheapest of the others.
    #[default]
    Automatic,
    /// All tangents at the input, contracted with adjoints.
    Contraction,
    /// The chained layer recursion.
    Recursion,
    /// The cheapest path over cuts.
    ShortestPath,
    /// Forward over forward, without adjoints.
    Forward,
}

/// A derived program and how it was derived.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Computes the value, then the derivatives in the order of the request.
    pub program: Program,
    /// The elimination in words, for documentation.
    pub elimination: String,
    /// Operations per point.
    pub cost: Cost,
}

impl Derived {
    /// Whether parameters are multiplied by each other, once per call.
    pub fn multiplies_parameters(&self) -> bool {
        let graph = &self.program.graph;
        let live = self.program.live().into_iter();
        let mut once = live
            .map(|id| graph.node(id))
            .filter(|node| node.binding == Binding::Parameters);
        once.any(|node| match &node.op {
            Op::Contract(contract) => !contract.is_structure() && contract.tensors().count() == 2,
            _ => false,
        })
    }
}

/// One way to get the outputs.
struct Way {
    roots: Vec<NodeId>,
    /// The same with the function behind a number applied last, if there is such a number.
    through_tail: Option<Box<Way>>,
    words: String,
}

/// Derives a request from a value program with one output, of shape `[O]` or of no axes, for calls with many points, each of which bears a
/// small share of the work on parameters alone. Its input 0 is x, of rank one; what a request takes beside that is the input behind
/// those that the program has.
pub fn derive(value: &Program, request: Request, elimination: Elimination) -> Derived {
    derive_for(CalledFor::Many, value, request, elimination)
}

/// The same for calls with one point, which bears all of the work: mostly the same program, but where parameters are multiplied by
/// each other.
pub fn derive_for_one_point(
    value: &Program,
    request: Request,
    elimination: Elimination,
) -> Derived {
    derive_for(CalledFor::One, value, request, elimination)
}

fn derive_for(
    called_for: CalledFor,
    value: &Program,
    request: Request,
    elimination: Elimination,
) -> Derived {
    let derive = |tail_first| derive_in_order(called_for, value, request, elimination, tail_first);
    let (derived, is_through_tail) = derive(false);
    // Units that take as much scratch come in the order of their nodes, which is to be that of what is computed.
    if is_through_tail {
        let (in_order, is_through_tail) = derive(true);
        if is_through_tail && in_order.cost.weight <= derived.cost.weight {
            return in_order;
        }
    }
    derived
}

/// What is derived, and whether through a tail, whose nodes are built before the others if that is asked.
fn derive_in_order(
    called_for: CalledFor,
    value: &Program,
    request: Request,
    elimination: Elimination,
    tail_first: bool,
) -> (Derived, bool) {
    let mut program = value.clone();
    program.graph.called_for = called_for;
    let inputs = value.inputs[0][0];
    let graph = &mut program.graph;
    let mut output = value.outputs[0].node;
    if graph.shape(output).is_empty() {
        output = graph.reshape_unit(output, &[1]);
    }
    output = collapse(graph, output);
    let width = graph.shape(output)[0];
    let source = graph.input(0, &[inputs]);
    let mut extra = Vec::new();
    let mut second = |graph: &mut Graph, size: usize| {
        extra.push(vec![size]);
        graph.input(value.inputs.len(), &[size])
    };
    let derivation = Derivation {
        source,
        output,
        width,
        elimination,
        tail_first,
    };
    let (names, ways): (Vec<&str>, Vec<Way>) = match request {
        Request::Value => (vec!["value"], vec![way(Vec::new(), "value")]),
        Request::Gradient => (vec!["value", "gradient"], derivation.first(graph, true)),
        Request::Jacobian => (vec!["value", "jacobian"], derivation.first(graph, false)),
        Request::Hessian => (
            vec!["value", derivation.first_name(), "hessian"],
            derivation.hessian(graph),
        ),
        Request::Laplacian => (
            vec!["value", derivation.first_name(), "laplacian"],
            derivation.laplacian(graph),
        ),
        Request::AdjointHessian => {
            let weights = second(graph, width);
            (
                vec!["value", "jacobian", "adjoint_hessian"],
                derivation.adjoint_hessian(graph, weights),
            )
        }
        Request::Jvp => {
            let direction = second(graph, inputs);
            let tangent = forward(graph, &[output], &[(source, direction)])[0];
            (
                vec!["value", "jvp"],
                vec![way(vec![tangent], "one tangent")],
            )
        }
        Request::Vjp => {
            let weights = second(graph, width);
            let adjoint = derivation.pull(graph, weights, &[]);
            (
                vec!["value", "vjp"],
                vec![way(vec![adjoint], "one adjoint")],
            )
        }
        Request::Hvp => {
            let direction = second(graph, inputs);
            let ones = graph.ones(&[width]);
            let gradient = derivation.pull(graph, ones, &[]);
            let product = forward(graph, &[gradient], &[(source, direction)])[0];
            let words = "the tangent of the adjoint";
            (
                vec!["value", "gradient", "hvp"],
                vec![way(vec![gradient, product], words)],
            )
        }
    };
    let mut best: Option<(Cost, Way)> = None;
    for mut way in ways {
        way.roots.insert(0, output);
        let cost = program.graph.cost(&way.roots);
        if best
            .as_ref()
            .is_none_or(|(known, _)| cost.weight < known.weight)
        {
            best = Some((cost, way));
        }
    }
    let (mut cost, mut way) = best.expect("every request has a way");
    let mut is_through_tail = false;
    if let Some(mut other) = way.through_tail.take() {
        other.roots.insert(0, output);
        let cost_of_other = program.graph.cost(&other.roots);
        if cost_of_other.weight < cost.weight {
            (cost, way, is_through_tail) = (cost_of_other, *other, true);
        }
    }
    program.inputs.extend(extra);
    let named = names.iter().zip(way.roots);
    program.outputs = named
        .map(|(name, node)| Output {
            name: (*name).to_owned(),
            node,
        })
        .collect();
    let derived = Derived {
        program,
        elimination: way.words,
        cost,
    };
    (derived, is_through_tail)
}

fn way(roots: Vec<NodeId>, words: &str) -> Way {
    Way {
        roots,
        through_tail: None,
        words: words.to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Derivation {
    source: NodeId,
    output: NodeId,
    width: usize,
    elimination: Elimination,
    tail_first: bool,
}

impl Derivation {
    /// The same of another output.
    fn of(&self, output: NodeId) -> Derivation {
        Derivation { output, ..*self }
    }

    fn first_name(&self) -> &'static str {
        if self.width == 1 {
            "gradient"
        } else {
            "jacobian"
        }
    }

    /// Paths over cuts that the elimination allows, with their names.
    fn paths(&self) -> Vec<(Path, &'static str)> {
        match self.elimination {
            Elimination::Automatic | Elimination::ShortestPath => {
                vec![(Path::Shortest, "shortest path")]
            }
            Elimination::Contraction => vec![(Path::Contraction, "contraction")],
            Elimination::Recursion => vec![(Path::Recursion, "recursion")],
            Elimination::Forward => Vec::new(),
        }
    }

    fn allows_forward(&self) -> bool {
        matches!(
            self.elimination,
            Elimination::Automatic | Elimination::Forward
        )
    }

    /// The adjoint at the source for a seed at the output: `source ++ functionals`.
    fn pull(&self, graph: &mut Graph, seed: NodeId, functionals: &[usize]) -> NodeId {
        let adjoints = reverse(graph, self.output, seed, &[self.source]);
        adjoints.get(self.source).unwrap_or_else(|| {
            let mut shape = graph.shape(self.source).to_vec();
            shape.extend(functionals);
            graph.zero(&shape)
        })
    }

    /// The Jacobian `[O, I]` by tangents.
    fn tangents(&self, graph: &mut Graph) -> NodeId {
        let shape = graph.shape(self.source).to_vec();
        let seed = graph.identity(&shape);
        forward(graph, &[self.output], &[(self.source, seed)])[0]
    }

    /// A gradient has no axis for the one output.
    fn as_first(&self, graph: &mut Graph, jacobian: NodeId, gradient: bool) -> NodeId {
        if gradient {
            permute(graph, jacobian, &[1])
        } else {
            jacobian
        }
    }

    /// The first derivative by adjoints: one for each output.
    fn adjoint_first(&self, graph: &mut Graph, gradient: bool) -> NodeId {
        if gradient {
            let ones = graph.ones(&[self.width]);
            return self.pull(graph, ones, &[]);
        }
        let seed = graph.identity(&[self.width]);
        let adjoint = self.pull(graph, seed, &[self.width]);
        permute(graph, adjoint, &[1, 0])
    }

    fn first(&self, graph: &mut Graph, gradient: bool) -> Vec<Way> {
        let adjoint = self.adjoint_first(graph, gradient);
        let tangents = self.tangents(graph);
        let tangents = self.as_first(graph, tangents, gradient);
        let tail = gradient.then(|| Tail::of(graph, self.source, self.output));
        let through_tail = tail.flatten().map(|tail| {
            let seed = tail.one(graph);
            let inner = self.of(tail.number).pull(graph, seed, &[]);
            Box::new(way(vec![tail.first(graph, inner)], "adjoints"))
        });
        vec![
            Way {
                through_tail,
                ..way(vec![adjoint], "adjoints")
            },
            way(vec![tangents], "tangents"),
        ]
    }

    fn hessian(&self, graph: &mut Graph) -> Vec<Way> {
        let mut ways = self.eliminate(graph, Form::Hessian);
        let directions = graph.node(self.source).size();
        // Forward over forward carries a tangent for each pair of entries: hopeless for many.
        if self.elimination == Elimination::Forward || (self.allows_forward() && directions <= 8) {
            let jacobian = self.tangents(graph);
            let seed = graph.identity(&[directions]);
            let second = forward(graph, &[jacobian], &[(self.source, seed)])[0];
            let hessian = match self.width {
                1 => permute(graph, second, &[1, 2]),
                _ => permute(graph, second, &[1, 2, 0]),
            };
            let first = self.as_first(graph, jacobian, self.width == 1);
            ways.push(way(vec![first, hessian], "forward over forward"));
        }
        ways
    }

    fn laplacian(&self, graph: &mut Graph) -> Vec<Way> {
        let mut ways = self.eliminate(graph, Form::Trace);
        if self.allows_forward() {
            let laplacian = forward_laplacian(graph, self.source, self.output);
            let laplacian = if self.width == 1 {
                permute(graph, laplacian, &[])
            } else {
                laplacian
            };
            let jacobian = self.tangents(graph);
            let first = self.as_first(graph, jacobian, self.width == 1);
            ways.push(way(vec![first, laplacian], "forward Laplacian"));
        }
        ways
    }

    /// Adjoints and an elimination for each output.
    fn eliminate(&self, graph: &mut Graph, form: Form) -> Vec<Way> {
        let single = self.width == 1;
        let functionals = if single { Vec::new() } else { vec![self.width] };
        let mut ways = Vec::new();
        for (path, name) in self.paths() {
            let through_tail = |graph: &mut Graph| self.through_tail(graph, path, form, name);
            let before = self.tail_first.then(|| through_tail(graph)).flatten();
            let seed = if single {
                graph.ones(&[1])
            } else {
                graph.identity(&[self.width])
            };
            let (second, words) = self.over_cuts(graph, seed, &functionals, path, form, name);
            let adjoint = self.adjoint_first(graph, single);
            ways.push(Way {
                through_tail: before.or_else(|| through_tail(graph)),
                ..way(vec![adjoint, second], &words)
            });
            if !single {
                let jacobian = self.tangents(graph);
                ways.push(way(vec![jacobian, second], &words));
            }
        }
        ways
    }

    /// Gradient and second derivative of one output by those of the number that it is a function of.
    fn through_tail(
        &self,
        graph: &mut Graph,
        path: Path,
        form: Form,
        name: &str,
    ) -> Option<Box<Way>> {
        if self.width > 1 {
            return None;
        }
        let tail = Tail::of(graph, self.source, self.output)?;
        let inner = self.of(tail.number);
        let seed = tail.one(graph);
        let (second, words) = inner.over_cuts(graph, seed, &[], path, form, name);
        let gradient = inner.pull(graph, seed, &[]);
        let second = tail.second(graph, gradient, second, form);
        let first = tail.first(graph, gradient);
        Some(Box::new(way(vec![first, second], &words)))
    }

    fn adjoint_hessian(&self, graph: &mut Graph, weights: NodeId) -> Vec<Way> {
        let mut ways = Vec::new();
        for (path, name) in self.paths() {
            let (second, words) = self.over_cuts(graph, weights, &[], path, Form::Hessian, name);
            for jacobian in [self.adjoint_first(graph, false), self.tangents(graph)] {
                ways.push(way(vec![jacobian, second], &words));
            }
        }
        if self.elimination == Elimination::Forward {
            let jacobian = self.tangents(graph);
            let shape = graph.shape(self.source).to_vec();
            let seed = graph.identity(&shape);
            let second = forward(graph, &[jacobian], &[(self.source, seed)])[0];
            let mut product = Product::new();
            let indices = product.indices(graph.shape(second));
            product
                .tensor(second, &indices)
                .tensor(weights, &indices[..1]);
            let weighted = graph.contract(product, &indices[1..]);
            ways.push(way(vec![jacobian, weighted], "forward over forward"));
        }
        ways
    }

    fn over_cuts(
        &self,
        graph: &mut Graph,
        seed: NodeId,
        functionals: &[usize],
        path: Path,
        form: Form,
        name: &str,
    ) -> (NodeId, String) {
        let adjoints = reverse(graph, self.output, seed, &[self.source]);
        let found = second_order(
            graph,
            self.source,
            self.output,
            &adjoints,
            functionals,
            path,
            form,
        );
        let mut paths: Vec<String> = Vec::new();
        for path in &found.paths {
            let widths = path.iter().map(|cut| graph.node(*cut).size().to_string());
            let widths = widths.collect::<Vec<_>>().join(" - ");
            if !paths.contains(&widths) {
                paths.push(widths);
            }
        }
        let words = format!("{name} over cuts of widths {}", paths.join(" and "));
        (found.node, words)
    }
}

/// The tensor with output axis `i` running along its axis `axes[i]`; axes of extent one may be left out.
fn permute(graph: &mut Graph, id: NodeId, axes: &[usize]) -> NodeId {
    let mut product = Product::new();
    let indices = product.indices(graph.shape(id));
    product.tensor(id, &indices);
    let output: Vec<Index> = axes.iter().map(|axis| indices[*axis]).collect();
    graph.contract(product, &output)
}

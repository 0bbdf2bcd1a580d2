//! The door: the attribute `#[derive_network]`, its documentation, and one call of the compiler.
//!
//! Use it through the crate `derive-network`, which has what the expansion names.

use proc_macro::TokenStream;

/// Turns a struct whose fields are layers into a neural network with derivatives.
///
/// The macro reads the definition, derives what is asked for symbolically while your crate compiles, and writes plain
/// functions. Nothing is recorded or interpreted when they run.
///
/// ```
/// use derive_network::prelude::*;
///
/// /// u(x): three hidden layers of twenty.
/// #[derive_network(input(x: 2), derive(gradient, hessian))]
/// #[derive(Clone, Debug)]
/// pub struct Surrogate {
///     hidden: [Dense<20, Tanh>; 3],
///     output: Dense<1>,
/// }
///
/// let network = Surrogate::glorot_uniform(7);
/// let (value, gradient, hessian) = network.hessian(&vector![0.15, 0.1]);
/// assert_eq!(value, network.value(&vector![0.15, 0.1]));
/// assert_eq!(hessian[(0, 1)], hessian[(1, 0)]);
/// # let _ = gradient;
/// ```
///
/// # Layers
///
/// Fields are layers, applied in order. Only output widths are written; the input width of a layer is that of what
/// comes in. A field is a layer or an array of equal ones.
///
/// | type | meaning |
/// |---|---|
/// | `Dense<20>` | z = W x + b, with W of shape (20, inputs) |
/// | `Dense<20, Tanh>` | the same, then an activation |
/// | `[Dense<20, Tanh>; 3]` | three of them |
/// | `Conv2d<20, Tanh>`, `Conv1d<20, Tanh>` | a convolution of an image or a signal to 20 channels, then an activation |
/// | `MaxPool2d`, `AvgPool2d`, `MaxPool1d`, `AvgPool1d` | of each window the largest entry, or the mean |
/// | `Flatten` | an image or a signal as a vector |
/// | `LayerNorm` | scaled to mean zero and variance one, then by parameters |
/// | `Softmax` | exp(x) / Σ exp(x) |
/// | `Graph` | neurons joined by the edges of `#[graph(neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6))]` |
///
/// Options are attributes of the field: `#[layer(bias = false)]` leaves the bias out, `#[layer(kernel = 3, stride = 2, padding = 1)]`
/// describes windows, `#[layer(weight = softplus)]` keeps the weights of a dense layer positive. Widths and lengths are written as
/// numbers: a macro sees the name of a constant, not its value.
///
/// Activations are `Identity`, `Sigmoid`, `Tanh`, `Relu`, `LeakyRelu` (slope 0.01), `Elu`, `Softplus`, `Silu`, `Gelu`
/// (with the error function), `GeluTanh`, `Sin`, `LogCosh2` (ln(2 cosh x)), and your own.
///
/// # Items of the attribute
///
/// | item | meaning |
/// |---|---|
/// | `input(x: 2)`, `input(t, x)`, `input(image: [3, 7, 5])` | vectors by name and size, scalars by name, images by channels, rows and columns, signals by channels and length; several are concatenated in this order. Needed |
/// | `forward = { .. }` | how the fields compute the output, where that is not the chain of them: `let`, `let mut`, `for block in blocks { .. }`, calls of fields, formulas |
/// | `output(u)` | a name for the output, or one for each of its components |
/// | `define = { let f = ..; }` | functions of the output, its derivatives and the inputs, see below |
/// | `given(target, weights: 2)` | data that come with each point, for functions; they are not differentiated |
/// | `derive(gradient, hessian)` | what is asked for, see below; the value always is |
/// | `scalar = f32` | the type of numbers; `f64` if nothing is said |
/// | `storage = boxed` | where parameters live: `inline` in the struct, `boxed` on the heap. Up to 16 KiB are inline if nothing is said |
/// | `activation(Swish = \|z\| z * sigmoid(z))` | activations of your own, by formulas of one argument |
/// | `allow(kinks)` | second derivatives may cross a kink, such as that of `Relu`; the derivative beside the kink is taken for the one at it |
///
/// Formulas have numbers, `PI`, their argument, `+`, `-`, `*`, `/`, `powi(z, 3)`, the built-in activations in snake case
/// (`log_cosh2(z)`), those written before, and `exp`, `exp_m1`, `ln`, `sqrt`, `erf`, `sin`, `cos`, `tan`, `abs`. They are
/// differentiated to any order.
///
/// # Requests
///
/// I and O are the numbers of inputs and outputs, S is the type of numbers.
///
/// | request | method | gives |
/// |---|---|---|
/// | `value` | `value(&x)` | `S` for one output, `SVector<S, O>` for more |
/// | `gradient` | `gradient(&x)` | the value and `SVector<S, I>`; of one output |
/// | `jacobian` | `jacobian(&x)` | the value and `SMatrix<S, O, I>` |
/// | `hessian` | `hessian(&x)` | the value, the gradient and `SMatrix<S, I, I>`; of more outputs the Jacobian and one matrix for each |
/// | `laplacian` | `laplacian(&x)` | the value, the gradient and the trace of the Hessian; of more outputs the Jacobian and a vector |
/// | `adjoint_hessian` | `adjoint_hessian(&x, &w)` | the value, the Jacobian and the Hessian of the outputs weighted by `w` |
/// | `jvp` | `jvp(&x, &v)` | the value and the Jacobian times `v` |
/// | `vjp` | `vjp(&x, &w)` | the value and `w` times the Jacobian |
/// | `hvp` | `hvp(&x, &v)` | the value, the gradient and the Hessian times `v`; of one output |
///
/// Each has three more forms. `hessian_batch(points, &mut values, &mut gradients, &mut hessians)` takes a slice of points
/// and writes to slices as long; another length is an error, and nothing is written. `hessian_with` and
/// `hessian_batch_with` take a workspace first and write to references, so that nothing large is on the stack; one
/// `workspace()` serves all requests. With the feature `rayon` of the crate, calls over many points, those for losses and for Jacobians
/// in the parameters too, split them over a pool of threads within `in_parallel`; results have the same bits.
///
/// How a Hessian, a Laplacian or an adjoint Hessian is put together is chosen by cost. `hessian(order = recursion)` fixes
/// it: `contraction`, `recursion`, `mixed`, `forward`, or `automatic`.
///
/// # Named functions
///
/// Each `let` of `define` names a function of the inputs; later ones may use it. `d(u, t, x)` is a partial derivative, of any
/// order, `laplacian(u, x)` and `gradient(u, x)` are taken over the inputs that are listed. A function is a method, `residual(&x)`,
/// with the three other forms; what is asked of it in `derive(residual(gradient))` is one too, `residual_gradient(&x)`, and gives
/// what the same request of the output gives. Only the derivatives that a function uses are computed, each once.
///
/// A field of type `Parameter`, `Parameter<3>` or `Parameter<3, 2>` is a number, a vector or a matrix of formulas. It is zero until
/// it is set: `nu_mut()` is `&mut S`, those of vectors and matrices are views. It lies column-major in the flat parameters.
///
/// A function of given data takes them behind the point: `misfit(&x, &given)`, `misfit_batch(points, given, &mut values)`, where
/// `given` has one `SVector<S, G>` for each point. One that needs none takes none.
///
/// ```
/// use derive_network::prelude::*;
///
/// #[derive_network(
///     input(x, t),
///     output(u),
///     given(target),
///     define = {
///         let residual = d(u, t) + u * d(u, x) - nu * d(u, x, x);
///         let misfit = u - target;
///     },
///     derive(residual(gradient)),
/// )]
/// struct Burgers {
///     hidden: [Dense<16, Tanh>; 2],
///     output: Dense<1>,
///     nu: Parameter,
/// }
///
/// let mut network = Burgers::glorot_uniform(7);
/// *network.nu_mut() = 0.01;
/// let x = vector![0.3, 0.5];
/// let (residual, gradient) = network.residual_gradient(&x);
/// assert_eq!(residual, network.residual(&x));
/// assert_eq!(network.misfit(&x, &vector![0.25]), network.value(&x) - 0.25);
/// assert!(Burgers::RESIDUAL_FORMULA.contains("residual = d(u, t) + u * d(u, x) - nu * d(u, x, x)"));
/// # let _ = gradient;
/// ```
///
/// # Losses and derivatives in the parameters
///
/// `loss(name = formula)` names a sum over points: `sum`, `mean`, `sum_square` and `mean_square` of any formula, `mse(u, target)`, which
/// is the mean over points and entries, `half_mse`, which is half the sum of squares by the number of points, and combinations of these
/// with literal coefficients. A loss that uses given data takes them behind the points. Each has
///
/// | method | what it does |
/// |---|---|
/// | `physics(&points)` | the loss |
/// | `physics_gradient(&points, &mut gradient)` | the loss; writes its gradient in the flat parameters |
/// | `add_physics_gradient(&points, weight, &mut gradient)` | the loss times the weight; adds the weighted gradient |
/// | `physics_parameter_hvp(&points, &v, &mut product)` | if asked, `physics(parameter_hvp)`: the loss; its Hessian times `v` |
/// | `physics_parameter_hessian(&points, &mut hessian)` | if asked: the loss; its Hessian, P by P |
/// | `physics_intermediates(&points)` | if asked: the loss, dJ/dx, and by field z, a, dJ/dz and dJ/da of each layer for each point |
///
/// The output, and in `derive(residual(..))` any function, can be asked for derivatives in the parameters:
///
/// | request | method | what it does |
/// |---|---|---|
/// | `parameter_gradient` | `parameter_gradient(&x, &mut gradient)` | the value, of one output; writes ∂f/∂θ |
/// | `parameter_jacobian` | `parameter_jacobian(&points, &mut jacobian)` | writes ∂f/∂θ: column-major, a row for each entry at each point |
/// | `pullback` | `pullback(&x, &dy, &mut gradient)` | the value and dyᵀ ∂f/∂x; adds dyᵀ ∂f/∂θ |
/// | `gauss_newton` | `gauss_newton(&points, &mut projections, &mut squares)` | fᵀf; writes Jᵀf and JᵀJ, and never holds J |
/// | `intermediates` | `intermediates(&x)` | z and a of each layer, by field; of the output only |
///
/// All but intermediates have a form that ends in `_with` and takes a workspace first; Gauss-Newton has none. Columns and entries of
/// `#[frozen]` fields are there, and zero. Slices that do not fit, and means of no points, are errors, and nothing is written then.
///
/// ```
/// use derive_network::prelude::*;
///
/// #[derive_network(
///     input(x), output(u), given(target),
///     define = { let slope = d(u, x); },
///     loss(fit = mse(u, target) + 0.01 * mean_square(slope)),
///     derive(parameter_jacobian),
/// )]
/// struct Curve {
///     hidden: Dense<8, Tanh>,
///     output: Dense<1>,
/// }
///
/// let mut curve = Curve::glorot_uniform(7);
/// let points = [vector![0.0], vector![0.5], vector![1.0]];
/// let targets = [vector![0.0], vector![0.25], vector![1.0]];
/// let mut gradient = vec![0.0; Curve::PARAMETERS];
/// let before = curve.fit_gradient(&points, &targets, &mut gradient)?;
/// for (parameter, slope) in curve.parameters_mut().iter_mut().zip(&gradient) {
///     *parameter -= 0.05 * slope;
/// }
/// assert!(curve.fit(&points, &targets)? < before);
/// let mut jacobian = vec![0.0; 3 * Curve::PARAMETERS];
/// curve.parameter_jacobian(&points, &mut jacobian)?;
/// # Ok::<(), derive_network::EvaluationError>(())
/// ```
///
/// # The expanded struct
///
/// It keeps its visibility, its documentation and the attributes below this one, so write `#[derive(Clone)]` below. It can
/// derive `Clone`, `Copy` (inline storage only), `Debug`, `Default` (zeros) and `PartialEq`; with the last it also gets the
/// comparisons of approx. Beside the requests it has:
///
/// | item | meaning |
/// |---|---|
/// | `INPUTS`, `OUTPUTS`, `PARAMETERS` | sizes |
/// | `X` for an input `x` | where it lies in a point, as a range |
/// | `from_parameters(&flat)` | a network with these parameters, or an error that says how many there should be |
/// | `parameters()`, `parameters_mut()` | the flat parameters: fields in order, arrays by index; of each layer its weight column-major, then its bias |
/// | `glorot_uniform(seed)`, `glorot_normal(seed)`, `he_normal(seed)` | initial parameters with zero biases; a seed gives the same ones on every platform |
/// | `uniform(seed, -0.1..0.1)` | the same for all parameters of layers, biases too |
/// | `output().weight()`, `output().bias()`, `output_mut().weight_mut()` | a field of one layer as nalgebra views |
/// | `hidden(1).weight()` | a layer of an array; an index beyond the array panics |
/// | `nu()`, `nu_mut()` | a field of type `Parameter` |
/// | `impl derive_network::Network` | the flat parameters, for code that is generic over networks |
///
/// Accessors are as visible as the struct, or as the field says.
///
/// ```
/// use derive_network::prelude::*;
///
/// #[derive_network(input(t, x: 2), activation(Swish = |z| z * sigmoid(z)))]
/// struct Network {
///     hidden: [Dense<4, Swish>; 2],
///     #[layer(bias = false)]
///     output: Dense<1>,
/// }
///
/// let mut network = Network::he_normal(7);
/// assert_eq!((Network::INPUTS, Network::X), (3, 1..3));
/// network.hidden_mut(1).bias_mut()[0] = 0.5;
/// assert_eq!(network.hidden(0).weight().shape(), (4, 3));
/// assert_eq!(Network::from_parameters(&[0.0; 3]).map(|_| ()), Err(ParameterCountError { expected: 40, found: 3 }));
/// # let _ = network.value(&vector![0.0, 0.0, 0.0]);
/// ```
///
/// # Errors
///
/// A mistake in a definition is a compile error at the smallest thing you typed, with what to write instead; all mistakes
/// are reported at once.
#[proc_macro_attribute]
pub fn derive_network(attribute: TokenStream, item: TokenStream) -> TokenStream {
    derive_network_compiler::expand(attribute.into(), item.into()).into()
}

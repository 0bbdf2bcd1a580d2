//! A loss and its gradient, as argmin asks for them.

use super::evaluations::{Evaluations, Failure};
use crate::lanes::Real;
use crate::parameters::{Network, ParameterCountError};
use argmin::core::{CostFunction, Error, Gradient};
use nalgebra::DVector;
use std::error::Error as StdError;
use std::sync::{Mutex, PoisonError};

/// How many points are remembered: line searches go back to points between which they have tried others.
const REMEMBERED: usize = 8;

/// A loss of a network's parameters, to be minimised by a solver of argmin.
///
/// The function gets a network and writes the gradient of the loss it returns; it is what `<loss>_gradient` is, with its
/// data. Parameters and gradients are `DVector`s. Cost and gradient of one point are computed by one call.
///
/// It is a reference to it that argmin takes as a problem: L-BFGS loses an owned problem, and the network in it, when a
/// line search fails.
///
/// ```
/// use argmin::core::{Executor};
/// use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS};
/// use derive_network::nalgebra::DVector;
/// use derive_network::optimise::Objective;
/// use derive_network::{Network, ParameterCountError};
///
/// /// A line y = a x + b.
/// struct Line([f64; 2]);
///
/// impl Network for Line {
///     type Scalar = f64;
///     const PARAMETERS: usize = 2;
///     fn parameters(&self) -> &[f64] {
///         &self.0
///     }
///     fn parameters_mut(&mut self) -> &mut [f64] {
///         &mut self.0
///     }
/// }
///
/// fn main() -> Result<(), argmin::core::Error> {
///     let data = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)];
///     let objective = Objective::new(Line([0.0; 2]), |line: &Line, gradient: &mut [f64]| {
///         let mut loss = 0.0;
///         gradient.fill(0.0);
///         for (x, y) in data {
///             let difference = line.0[0] * x + line.0[1] - y;
///             loss += 0.5 * difference * difference;
///             gradient[0] += difference * x;
///             gradient[1] += difference;
///         }
///         Ok::<_, ParameterCountError>(loss)
///     });
///     let solver = LBFGS::new(MoreThuenteLineSearch::new(), 5);
///     let mut result = Executor::new(&objective, solver)
///         .configure(|state| state.param(objective.parameters()).max_iters(20))
///         .run()?;
///     let best = result.state.take_best_param().unwrap_or_default();
///     let line = objective.into_network(best.as_slice())?;
///     assert!((line.0[0] - 2.0).abs() < 1e-6 && (line.0[1] - 1.0).abs() < 1e-6);
///     Ok(())
/// }
/// ```
pub struct Objective<N: Network, F> {
    function: F,
    // A lock, not a cell: under argmin's feature `rayon` problems are shared between threads.
    evaluations: Mutex<Evaluations<N, LossAndGradient<N::Scalar>>>,
}

struct LossAndGradient<T> {
    loss: T,
    gradient: DVector<T>,
}

impl<N: Network, F> Objective<N, F> {
    /// The loss that this function returns, and whose gradient it writes.
    pub fn new<E>(network: N, function: F) -> Self
    where
        F: Fn(&N, &mut [N::Scalar]) -> Result<N::Scalar, E>,
    {
        Self {
            function,
            evaluations: Mutex::new(Evaluations::new(network, REMEMBERED)),
        }
    }

    /// The parameters that the network has now: those to start from, before a solver has run.
    #[must_use]
    pub fn parameters(&self) -> DVector<N::Scalar> {
        self.with(|evaluations| DVector::from_column_slice(evaluations.network().parameters()))
    }

    /// How many times the function was called.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.with(|evaluations| evaluations.count())
    }

    /// The last error of the function.
    ///
    /// Solvers do not always hand it on: where a line search fails, argmin's L-BFGS ends as if it were done, with the
    /// message in its reason of termination.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.with(|evaluations| evaluations.failure())
    }

    /// The network with these parameters, the best ones that a solver has found.
    ///
    /// # Errors
    /// If there are not as many as it has.
    pub fn into_network(self, parameters: &[N::Scalar]) -> Result<N, ParameterCountError> {
        let evaluations = self.evaluations.into_inner();
        evaluations
            .unwrap_or_else(PoisonError::into_inner)
            .into_network(parameters)
    }

    /// What was evaluated. A poisoned lock is sound: a function that panicked has left no value behind.
    fn with<R>(
        &self,
        read: impl FnOnce(&mut Evaluations<N, LossAndGradient<N::Scalar>>) -> R,
    ) -> R {
        read(
            &mut self
                .evaluations
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// A part of what the function computes at these parameters.
    fn part<E, R>(
        &self,
        parameters: &DVector<N::Scalar>,
        read: impl FnOnce(&LossAndGradient<N::Scalar>) -> R,
    ) -> Result<R, Error>
    where
        F: Fn(&N, &mut [N::Scalar]) -> Result<N::Scalar, E>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.with(|evaluations| {
            let value = evaluations.at(parameters.as_slice(), |network| {
                let mut gradient = DVector::from_element(N::PARAMETERS, N::Scalar::ZERO);
                let loss = (self.function)(network, gradient.as_mut_slice())?;
                Ok::<_, E>(LossAndGradient { loss, gradient })
            })?;
            Ok(read(value))
        })
    }
}

impl<N, F, E> CostFunction for &Objective<N, F>
where
    N: Network,
    F: Fn(&N, &mut [N::Scalar]) -> Result<N::Scalar, E>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Param = DVector<N::Scalar>;
    type Output = N::Scalar;

    fn cost(&self, parameters: &Self::Param) -> Result<Self::Output, Error> {
        self.part(parameters, |value| value.loss)
    }
}

impl<N, F, E> Gradient for &Objective<N, F>
where
    N: Network,
    F: Fn(&N, &mut [N::Scalar]) -> Result<N::Scalar, E>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Param = DVector<N::Scalar>;
    type Gradient = DVector<N::Scalar>;

    fn gradient(&self, parameters: &Self::Param) -> Result<Self::Gradient, Error> {
        self.part(parameters, |value| value.gradient.clone())
    }
}

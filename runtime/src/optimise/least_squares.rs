//! Residuals and their Jacobian, as levenberg-marquardt asks for them.

use super::evaluations::{Evaluations, Failure};
use crate::lanes::Real;
use crate::parameters::Network;
use levenberg_marquardt::LeastSquaresProblem;
use nalgebra::storage::Owned;
use nalgebra::{DMatrix, DVector, Dyn, RealField};
use std::error::Error;
use std::sync::{Mutex, PoisonError};

/// Residuals of a network's parameters, the sum of whose squares is to be minimised by Levenberg-Marquardt.
///
/// The function gets a network and writes M residuals and their Jacobian of shape (M, P), column-major: what a batch of a
/// named function and its `parameter_jacobian` are. Both are computed by one call, once for each distinct point.
/// A column of zeros, of a frozen parameter, is harmless: the solver leaves that parameter as it is. It counts in the norm
/// of all parameters, though, to which the solver's first step bound and its `xtol` are relative.
pub struct LeastSquares<N: Network, F> {
    function: F,
    residuals: usize,
    parameters: DVector<N::Scalar>,
    evaluations: Mutex<Evaluations<N, ResidualsAndJacobian<N::Scalar>>>,
}

struct ResidualsAndJacobian<T> {
    residuals: DVector<T>,
    jacobian: DMatrix<T>,
}

impl<N: Network, F> LeastSquares<N, F> {
    /// The problem of so many residuals, which this function writes, and their Jacobian.
    pub fn new<E>(network: N, residuals: usize, function: F) -> Self
    where
        F: Fn(&N, &mut [N::Scalar], &mut [N::Scalar]) -> Result<(), E>,
    {
        Self {
            function,
            residuals,
            parameters: DVector::from_column_slice(network.parameters()),
            // The solver asks for the Jacobian of the last residuals only, and Jacobians are large.
            evaluations: Mutex::new(Evaluations::new(network, 1)),
        }
    }

    /// How many times the function was called.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.with(|evaluations| evaluations.count())
    }

    /// The network with the parameters of the solution.
    ///
    /// # Errors
    /// The error of the function, if one has ended the solver's run.
    pub fn into_network(self) -> Result<N, Failure> {
        let evaluations = self
            .evaluations
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = evaluations.failure() {
            return Err(failure);
        }
        evaluations
            .into_network(self.parameters.as_slice())
            .map_err(|error| Failure::from(Box::from(error)))
    }

    /// What was evaluated. A poisoned lock is sound: a function that panicked has left no value behind.
    fn with<R>(
        &self,
        read: impl FnOnce(&mut Evaluations<N, ResidualsAndJacobian<N::Scalar>>) -> R,
    ) -> R {
        read(
            &mut self
                .evaluations
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// A part of what the function computes at the parameters that were set; nothing if it fails.
    fn part<E, R>(&self, read: impl FnOnce(&ResidualsAndJacobian<N::Scalar>) -> R) -> Option<R>
    where
        F: Fn(&N, &mut [N::Scalar], &mut [N::Scalar]) -> Result<(), E>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.with(|evaluations| {
            let value = evaluations.at(self.parameters.as_slice(), |network| {
                let zero = N::Scalar::ZERO;
                let mut residuals = DVector::from_element(self.residuals, zero);
                let mut jacobian = DMatrix::from_element(self.residuals, N::PARAMETERS, zero);
                (self.function)(network, residuals.as_mut_slice(), jacobian.as_mut_slice())?;
                Ok::<_, E>(ResidualsAndJacobian {
                    residuals,
                    jacobian,
                })
            });
            value.ok().map(read)
        })
    }
}

impl<N, F, E> LeastSquaresProblem<N::Scalar, Dyn, Dyn> for LeastSquares<N, F>
where
    N: Network,
    N::Scalar: RealField,
    F: Fn(&N, &mut [N::Scalar], &mut [N::Scalar]) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type ResidualStorage = Owned<N::Scalar, Dyn>;
    type JacobianStorage = Owned<N::Scalar, Dyn, Dyn>;
    type ParameterStorage = Owned<N::Scalar, Dyn>;

    fn set_params(&mut self, parameters: &DVector<N::Scalar>) {
        self.parameters.copy_from(parameters);
    }

    fn params(&self) -> DVector<N::Scalar> {
        self.parameters.clone()
    }

    fn residuals(&self) -> Option<DVector<N::Scalar>> {
        self.part(|value| value.residuals.clone())
    }

    fn jacobian(&self) -> Option<DMatrix<N::Scalar>> {
        self.part(|value| value.jacobian.clone())
    }
}

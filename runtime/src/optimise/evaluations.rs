//! Parameters in, what was computed there out: at most once for each of the last points.

use crate::lanes::Real;
use crate::parameters::{Network, ParameterCountError};
use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;

/// An error of a user's function, shared between the solver and the problem.
pub type Failure = Arc<dyn Error + Send + Sync>;

/// A network, and what a function of it was at the last points where it was evaluated.
pub(super) struct Evaluations<N: Network, V> {
    network: N,
    /// The latest point last.
    known: VecDeque<(Vec<N::Scalar>, V)>,
    capacity: usize,
    count: usize,
    failure: Option<Failure>,
}

impl<N: Network, V> Evaluations<N, V> {
    /// Nothing known yet; of what will be, the values at `capacity` points are kept.
    pub(super) const fn new(network: N, capacity: usize) -> Self {
        Self {
            network,
            known: VecDeque::new(),
            capacity,
            count: 0,
            failure: None,
        }
    }

    /// The value at these parameters: a known one, or what the function returns.
    ///
    /// # Errors
    /// Those of the function, and a wrong number of parameters; they are kept in [`failure`](Self::failure) too.
    pub(super) fn at<E: Into<Box<dyn Error + Send + Sync>>>(
        &mut self,
        parameters: &[N::Scalar],
        function: impl FnOnce(&N) -> Result<V, E>,
    ) -> Result<&V, Failure> {
        let place = self
            .known
            .iter()
            .rposition(|(point, _)| same_bits(point, parameters));
        let place = match place {
            Some(place) => place,
            None => {
                let value = self.evaluate(parameters, function).map_err(|error| {
                    let failure = Failure::from(error);
                    self.failure = Some(Arc::clone(&failure));
                    failure
                })?;
                if self.known.len() == self.capacity {
                    self.known.pop_front();
                }
                self.known.push_back((parameters.to_vec(), value));
                self.known.len() - 1
            }
        };
        Ok(&self.known[place].1)
    }

    fn evaluate<E: Into<Box<dyn Error + Send + Sync>>>(
        &mut self,
        parameters: &[N::Scalar],
        function: impl FnOnce(&N) -> Result<V, E>,
    ) -> Result<V, Box<dyn Error + Send + Sync>> {
        set_parameters(&mut self.network, parameters)?;
        self.count += 1;
        function(&self.network).map_err(Into::into)
    }

    /// The network, with the parameters where it was evaluated last.
    pub(super) const fn network(&self) -> &N {
        &self.network
    }

    /// How many times a function was called.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The last error, if there was one.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure.clone()
    }

    /// The network with these parameters.
    ///
    /// # Errors
    /// If there are not as many as it has.
    pub(super) fn into_network(
        mut self,
        parameters: &[N::Scalar],
    ) -> Result<N, ParameterCountError> {
        set_parameters(&mut self.network, parameters)?;
        Ok(self.network)
    }
}

fn set_parameters<N: Network>(
    network: &mut N,
    parameters: &[N::Scalar],
) -> Result<(), ParameterCountError> {
    let (expected, found) = (N::PARAMETERS, parameters.len());
    if expected != found {
        return Err(ParameterCountError { expected, found });
    }
    network.parameters_mut().copy_from_slice(parameters);
    Ok(())
}

/// Whether two points are the same to the last bit: equal numbers would miss a NaN, and take 0 for -0.
fn same_bits<T: Real>(a: &[T], b: &[T]) -> bool {
    let bits = |x: &T| x.to_f64().to_bits();
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| bits(a) == bits(b))
}

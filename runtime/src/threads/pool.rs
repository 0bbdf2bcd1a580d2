//! Tasks go in and are done over rayon's current pool, each with scratch of its own.

use core::cell::Cell;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::kernels::Lines;
use crate::lanes::{Lanes, Real, with_lanes};

use super::over_points::Scratch;

thread_local! {
    /// Whether calls on this thread split their points.
    static PARALLEL: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`; within it, on this thread, calls over many points split them over rayon's current pool.
///
/// These are the methods for batches, losses with their gradients and second derivatives, Jacobians in the parameters, and
/// Gauss-Newton's products. `pool.install(|| in_parallel(|| ..))` takes a chosen pool, not the other way round: what `f` has done on
/// other threads is serial. The threads of the pool have the lanes of this one ([`with_lanes`]). Results are the same bits as
/// outside, whatever the number of threads.
///
/// Only calls with enough to do are split: points go in chunks of at least 128 points and about a million operations. A call that is
/// split allocates, also with a workspace: scratch for each thread, sums of each chunk.
///
/// # Panics
/// Those of `f`, on whichever thread they are.
pub fn in_parallel<R>(f: impl FnOnce() -> R) -> R {
    with(true, f)
}

fn with<R>(parallel: bool, f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            PARALLEL.set(self.0);
        }
    }
    let _restore = Restore(PARALLEL.replace(parallel));
    f()
}

pub(super) fn is_parallel() -> bool {
    PARALLEL.get()
}

/// How many tasks may be done before their results are used, if these are to have so many bytes, and each has so many: enough for all
/// threads in any case. The order of results does not depend on it.
pub(super) fn wave(bytes: usize, bytes_each: usize) -> usize {
    (bytes / bytes_each.max(1)).max(rayon::current_num_threads())
}

/// What a thread of the pool has for its tasks.
pub(super) struct Own<T> {
    scratch: (Lines, usize),
    numbers: Vec<T>,
}

impl<T: Real> Own<T> {
    fn new(scratch: usize, numbers: usize) -> Self {
        Own {
            scratch: (Lines::new(scratch * size_of::<T>()), scratch),
            numbers: vec![T::ZERO; numbers],
        }
    }

    /// Scratch, and numbers as the last task left them.
    pub fn parts(&mut self) -> (Scratch<'_, T>, &mut [T]) {
        let (lines, count) = &mut self.scratch;
        (lines.numbers(*count), &mut self.numbers)
    }
}

/// Does each of the tasks, on a thread with so many numbers of scratch and of its own, and gives them back in their order.
pub(super) fn each<I: Send, T: Real>(
    tasks: Vec<I>,
    [scratch, numbers]: [usize; 2],
    function: impl Fn(&mut I, &mut Own<T>) + Sync,
) -> Vec<I> {
    // Each lock is taken once: that is how a task is reached by its number.
    let tasks: Vec<Mutex<I>> = tasks.into_iter().map(Mutex::new).collect();
    on_pool(tasks.len(), [scratch, numbers], &|number, own| {
        let mut task = tasks[number].lock().unwrap_or_else(PoisonError::into_inner);
        function(&mut task, own);
    });
    let done = tasks.into_iter().map(Mutex::into_inner);
    done.map(|task| task.unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// Not generic in the task, so that it is compiled once for each type of numbers.
fn on_pool<T: Real>(
    count: usize,
    [scratch, numbers]: [usize; 2],
    task: &(dyn Fn(usize, &mut Own<T>) + Sync),
) {
    let lanes = Lanes::current();
    let widest = Lanes::available().last().unwrap_or(lanes);
    // While a thread of the pool waits for the others it may do what somebody else has left to the pool, who has asked for
    // neither these lanes nor threads.
    with(false, || {
        with_lanes(widest, || {
            (0..count).into_par_iter().for_each_init(
                || Own::new(scratch, numbers),
                |own, number| with_lanes(lanes, || task(number, own)),
            );
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_have_the_lanes_of_the_caller_and_are_serial() {
        for lanes in Lanes::available() {
            let seen = with_lanes(lanes, || {
                in_parallel(|| {
                    each(vec![None; 50], [1, 0], |task, _: &mut Own<f64>| {
                        *task = Some((Lanes::current(), is_parallel()));
                    })
                })
            });
            assert_eq!(seen, vec![Some((lanes, false)); 50]);
        }
        assert!(!is_parallel());
    }

    #[test]
    fn a_panic_of_a_task_is_one_of_the_call_and_restores_what_was() {
        let unwound = std::panic::catch_unwind(|| {
            in_parallel(|| {
                each(vec![0, 1, 2], [0, 0], |task, _: &mut Own<f64>| {
                    if *task == 1 {
                        std::panic::resume_unwind(Box::new("the panic of a task"));
                    }
                })
            })
        });
        let panic = unwound.expect_err("a task panicked");
        assert_eq!(panic.downcast_ref(), Some(&"the panic of a task"));
        assert!(!is_parallel());
    }
}

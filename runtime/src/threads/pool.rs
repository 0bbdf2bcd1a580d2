//! Tasks go in and are done over rayon's current pool, each with scratch of its own.

use core::cell::Cell;
use core::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::kernels::Lines;
use crate::lanes::{Lanes, with_lanes};

/// Bytes that the results of a wave of tasks may have.
const WAVE_BYTES: usize = 16 << 20;

thread_local! {
    /// Whether calls on this thread split their points.
    static PARALLEL: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`; within it, on this thread, calls over many points split them over rayon's current pool.
///
/// These are the methods for batches, losses with their gradients and second derivatives, Jacobians in the parameters, and
/// Gauss-Newton's products. `pool.install(|| in_parallel(|| ..))` takes a chosen pool; the threads of the pool have the lanes
/// of this one ([`with_lanes`]). Results are the same bits as outside, whatever the number of threads.
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

/// How many tasks may be done before their results are used, if each result has so many bytes. The order of results is not changed
/// by it.
pub(super) fn wave(bytes: usize) -> usize {
    let enough_to_share = 2 * rayon::current_num_threads();
    (WAVE_BYTES / bytes.max(1)).max(enough_to_share)
}

/// Does each of the tasks, with so many numbers of scratch, and gives them back in their order.
pub(super) fn each<I: Send, T>(
    tasks: Vec<I>,
    scratch: usize,
    function: impl Fn(&mut I, &mut [MaybeUninit<T>]) + Sync,
) -> Vec<I> {
    // Each lock is taken once: that is how a task is reached by its number.
    let tasks: Vec<Mutex<I>> = tasks.into_iter().map(Mutex::new).collect();
    on_pool(tasks.len(), scratch * size_of::<T>(), &|number, lines| {
        let mut task = tasks[number].lock().unwrap_or_else(PoisonError::into_inner);
        function(&mut task, lines.numbers(scratch));
    });
    let done = tasks.into_iter().map(Mutex::into_inner);
    done.map(|task| task.unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// Not generic, so that it is compiled once.
fn on_pool(count: usize, bytes: usize, task: &(dyn Fn(usize, &mut Lines) + Sync)) {
    let lanes = Lanes::current();
    let widest = Lanes::available().last().unwrap_or(lanes);
    // While a thread of the pool waits for the others it may do what somebody else has left to the pool, who has asked for
    // neither these lanes nor threads.
    with(false, || {
        with_lanes(widest, || {
            (0..count).into_par_iter().for_each_init(
                || Lines::new(bytes),
                |lines, number| {
                    with_lanes(lanes, || task(number, lines));
                },
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
                    each(vec![None; 50], 1, |task, _: &mut [MaybeUninit<f64>]| {
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
                each(vec![0, 1, 2], 0, |task, _: &mut [MaybeUninit<f64>]| {
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

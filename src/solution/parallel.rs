//! Independent tasks on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The number of threads that the machine runs at once; 1 if it does not say.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// `task` of each number below `count`. Every thread takes the next number when it is done with the last.
pub(crate) fn in_parallel<R: Send>(count: usize, threads: usize, task: impl Fn(usize) -> R + Sync) -> Vec<R> {
    in_parallel_with(count, threads, || (), |(), i| task(i))
}

/// [`in_parallel`] with buffers that each thread makes once, by `buffers`.
pub(crate) fn in_parallel_with<R: Send, W>(
    count: usize,
    threads: usize,
    buffers: impl Fn() -> W + Sync,
    task: impl Fn(&mut W, usize) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut done, mut own) = (Vec::new(), None);
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return done;
            }
            done.push((i, task(own.get_or_insert_with(&buffers), i)));
        }
    };
    let mut results = thread::scope(|scope| {
        // If the system does not grant a thread, the others do its work.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = (1..threads.min(count)).filter_map(spawn).collect();
        let mut results = work();
        for helper in helpers {
            match helper.join() {
                Ok(part) => results.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

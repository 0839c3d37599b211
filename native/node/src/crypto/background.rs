//! Work that takes long on purpose, at a lower priority than the event loop's.

use std::panic::resume_unwind;
use std::thread::{self, Builder};

/// Runs `work` on a thread of its own and waits for it.
///
/// Where fewer processors are free than threads want to run, the system then lets the event loop go first. A thread
/// may give its priority up but not take it back, so that those of Node's pool, which serve files and names as well,
/// cannot be lowered themselves. Starting one takes some 30 µs of the milliseconds that such work is for.
pub fn behind<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let mut work = Some(work);
    let mut made = None;
    thread::scope(|scope| {
        let run = || {
            step_back();
            made = work.take().map(|work| work());
        };
        // No thread to be had: it runs where we are, below.
        if let Ok(running) = Builder::new()
            .name("wolfsec-hash".into())
            .spawn_scoped(scope, run)
            && let Err(panic) = running.join()
        {
            resume_unwind(panic);
        }
    });
    made.or_else(|| work.map(|work| work()))
        .expect("it ran on one thread or the other")
}

/// Five steps leave it a quarter of a processor that others want as well, and all of one that nobody does.
#[cfg(target_os = "linux")]
fn step_back() {
    // SAFETY: takes a number and touches no memory. On Linux it is the calling thread alone whose priority changes.
    unsafe { libc::nice(5) };
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

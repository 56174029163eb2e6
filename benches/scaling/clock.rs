//! The time of one thread.

use std::time::Instant;

/// A clock of the seconds that this thread has run, so that other processes do not count; where the system does not tell
/// them, the time of day.
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn seconds(&self) -> f64 {
        let running = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanoseconds = running.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
        nanoseconds.map_or_else(|| self.0.elapsed().as_secs_f64(), |ns| 1e-9 * ns)
    }
}

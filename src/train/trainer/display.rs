//! The progress of a training on the standard error.

use super::report::Epoch;
use super::watch::progress_line;

/// Shows epochs as they end.
pub(super) struct Display {
    is_shown: bool,
    epochs: usize,
    #[cfg(feature = "progress")]
    bar: indicatif::ProgressBar,
}

impl Display {
    /// A display of a training of `epochs` epochs, of which `done` are done.
    pub(super) fn new(is_shown: bool, epochs: usize, done: usize) -> Self {
        #[cfg(feature = "progress")]
        let bar = bar(is_shown, epochs, done);
        #[cfg(not(feature = "progress"))]
        let _ = done;
        Self {
            is_shown,
            epochs,
            #[cfg(feature = "progress")]
            bar,
        }
    }

    /// Shows an epoch.
    #[allow(clippy::print_stderr, reason = "the user asked for it")]
    pub(super) fn show(&self, epoch: &Epoch) {
        if !self.is_shown {
            return;
        }
        let line = progress_line(epoch, self.epochs);
        #[cfg(feature = "progress")]
        if !self.bar.is_hidden() {
            self.bar.set_message(line);
            self.bar.inc(1);
            return;
        }
        // Without a terminal there is no bar.
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

#[cfg(feature = "progress")]
fn bar(is_shown: bool, epochs: usize, done: usize) -> indicatif::ProgressBar {
    use indicatif::{ProgressBar, ProgressStyle};
    if !is_shown {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("[{elapsed_precise}] {bar:30} {eta} left  {msg}");
    let bar = ProgressBar::new(epochs as u64).with_position(done as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

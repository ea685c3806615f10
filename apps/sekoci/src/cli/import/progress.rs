//! A progress bar on stderr, when that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use slack_import::{Progress, Stage};

/// The bar.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar that is drawn only on a terminal.
    pub fn new() -> Self {
        Self(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::stderr(),
        ))
    }

    /// Takes it off the screen.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let name = match stage {
            Stage::Survey => "reading and checking",
            Stage::People => "people",
            Stage::Conversations => "conversations",
            Stage::Messages => "messages",
        };
        let template = match total {
            Some(_) => "{msg:22} {wide_bar} {pos}/{len} {per_sec} {eta}",
            None => "{msg:22} {spinner} {pos} {per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.reset();
        self.0.set_message(name);
        match total {
            Some(total) => self.0.set_length(total),
            None => self.0.unset_length(),
        }
    }

    fn advance(&self, by: u64) {
        self.0.inc(by);
    }
}

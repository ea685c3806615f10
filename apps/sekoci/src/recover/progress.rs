//! Progress and time left on a terminal, by sealed bytes.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use vault::recovery::Planned;

/// A bar as long as all that is planned; drawn only on a terminal.
pub fn bar(planned: &[Planned]) -> ProgressBar {
    let total = planned.iter().map(|planned| planned.bytes).sum();
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{msg:14} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

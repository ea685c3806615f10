//! Measures of texts and bytes, in whole numbers so that every machine finds the same.

mod entropy;
mod extension;
mod file;
mod text;

pub use entropy::{MilliBits, entropy};
pub use extension::{extension, is_known, lost_extension};
pub use file::FileSample;
pub use text::TextSample;

/// `part` of `whole` in thousandths, at most 1,000; 0 of nothing.
#[must_use]
pub fn per_mille(part: u64, whole: u64) -> u32 {
    if whole == 0 {
        return 0;
    }
    let share = u128::from(part.min(whole)) * 1_000 / u128::from(whole);
    u32::try_from(share).unwrap_or(1_000)
}

//! Bounds of what people send and of what a workspace has.

/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 200;
/// Characters of a stable key.
pub const KEY_CHARS_MAX: usize = 100;
/// Characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 2_000;
/// Characters of a reason or note.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Assets of a workspace, those that were retired with them.
pub const ASSETS_MAX: u64 = 20_000;
/// Dependencies of a workspace.
pub const DEPENDENCIES_MAX: u64 = 500_000;
/// Assets named in one command.
pub const ASSETS_AT_ONCE_MAX: usize = 500;
/// Dependencies named in one command.
pub const DEPENDENCIES_AT_ONCE_MAX: usize = 2_000;
/// Bytes of CSV in one command.
pub const CSV_BYTES_MAX: usize = 1 << 20;
/// Bad lines that are told; of more, only how many.
pub const BAD_LINES_TOLD_MAX: usize = 200;
/// After how many days an asset has to be looked at again, where nobody said otherwise.
pub const REVIEW_DAYS_DEFAULT: u32 = 180;
/// The longest time between two looks at an asset, in days.
pub const REVIEW_DAYS_MAX: u32 = 730;
/// The longest objective and tolerable outage: a year.
pub const OUTAGE_MS_MAX: i64 = 366 * DAY_MS;
/// The dearest minute, in minor units.
pub const MINOR_PER_MINUTE_MAX: i64 = 1_000_000_000_000;
/// Lines of the drill calendar.
pub const DRILL_PLANS_MAX: u64 = 200;
/// Findings of a workspace that are not closed.
pub const FINDINGS_OPEN_MAX: u64 = 2_000;
/// Findings that are taken over from one drill.
pub const FINDINGS_OF_DRILL_MAX: usize = 50;
/// The longest time between two drills of a scenario, in days.
pub const DRILL_DAYS_MAX: u32 = 366;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// A proof that is older proves nothing, in milliseconds: 92 days, the longest quarter.
pub const PROOF_MS_MAX: i64 = 92 * DAY_MS;

//! Bounds of what people send.

/// Characters of a reason or note.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Canaries of one command.
pub const CANARIES_AT_ONCE_MAX: usize = 50;
/// Canaries of a workspace.
pub const CANARIES_MAX: u64 = 500;
/// The longest maintenance window, in milliseconds: seven days.
pub const MAINTENANCE_MS_MAX: i64 = 7 * 24 * 3_600_000;
/// Maintenance windows that are not over, of a workspace.
pub const MAINTENANCE_OPEN_MAX: u64 = 50;
/// Single choices of one approval.
pub const CHOICES_MAX: usize = 10_000;
/// What could not be put back, listed in a completed rewind.
pub const LEFT_OVER_MAX: usize = 100;
/// Objects that are brought back at once.
pub const OBJECTS_MAX: usize = 1_000;

//! Bounds of what people send.

/// Characters of a name or title.
pub const NAME_CHARS_MAX: usize = 120;
/// Characters of a text, reason, decision or update.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Characters of an address or of a key that belongs to one.
pub const ADDRESS_CHARS_MAX: usize = 1_000;
/// Roles of a command team.
pub const ROLES_MAX: u64 = 100;
/// Deputies of a role.
pub const DEPUTIES_MAX: usize = 20;
/// The longest shift, in milliseconds: 31 days.
pub const SHIFT_MS_MAX: i64 = 31 * 24 * 3_600_000;
/// How far ahead a shift may end, in milliseconds: 400 days.
pub const SHIFT_AHEAD_MS_MAX: i64 = 400 * 24 * 3_600_000;
/// Contact points of a person.
pub const POINTS_MAX: u64 = 10;
/// How long a code counts, in milliseconds: 15 minutes.
pub const CODE_MS: i64 = 15 * 60_000;
/// Wrong answers after which a code counts no more.
pub const CODE_TRIES_MAX: u32 = 5;
/// A new code is sent at most so often, in milliseconds: a minute.
pub const CODE_AGAIN_MS: i64 = 60_000;
/// Places of a call.
pub const PLACES_MAX: usize = 50;
/// Calls that are under way.
pub const CALLS_OPEN_MAX: u64 = 50;
/// Bounds of reminding and escalating, in seconds.
pub const CALL_EVERY_S: std::ops::RangeInclusive<u32> = 15..=86_400;
/// Bounds of a call's length, in seconds: seven days.
pub const CALL_LENGTH_S: std::ops::RangeInclusive<u32> = 30..=604_800;
/// The most times a call may remind.
pub const REMINDERS_MAX: u32 = 500;
/// Attempts after which a message is given up.
pub const ATTEMPTS_MAX: u32 = 8;
/// Incidents that are not closed.
pub const INCIDENTS_OPEN_MAX: u64 = 200;
/// Assets named in an incident.
pub const ASSETS_MAX: usize = 50;
/// Tasks of an incident.
pub const TASKS_MAX: u64 = 500;
/// Tasks added at once.
pub const TASKS_AT_ONCE_MAX: usize = 100;
/// Findings of a closed incident.
pub const FINDINGS_MAX: usize = 50;
/// Characters of the public name in the address of a status page.
pub const SLUG_CHARS: std::ops::RangeInclusive<usize> = 16..=64;
/// People who may be named for succession.
pub const NAMED_MAX: usize = 30;
/// The longest break-glass access, in hours.
pub const GRANT_HOURS_MAX: u32 = 72;
/// The longest time during which administrators can refuse, in seconds: 24 hours.
pub const WAITING_S_MAX: u32 = 24 * 3_600;
/// Requests that are not granted lapse after so many milliseconds: seven days.
pub const REQUEST_MS_MAX: i64 = 7 * 24 * 3_600_000;

/// When what failed `attempts` times is tried again, in milliseconds: five seconds, then twice as long
/// each time, at most five minutes.
#[must_use]
pub fn again_after_ms(attempts: u32) -> i64 {
    let doubled = 5_000_i64 << attempts.saturating_sub(1).min(6);
    doubled.min(300_000)
}

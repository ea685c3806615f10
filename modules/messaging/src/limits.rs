//! Limits on what people may send.

/// The longest message or draft, in characters.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// The longest imported message, in characters; other systems allow more than this one.
pub const IMPORTED_TEXT_CHARS_MAX: usize = 100_000;
/// The longest name of a conversation, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// The longest topic, in characters.
pub const TOPIC_CHARS_MAX: usize = 1_000;
/// The most people one command may name.
pub const PEOPLE_MAX: usize = 1_000;
/// The most people one message may mention by name.
pub const MENTIONS_MAX: usize = 100;
/// The most different reactions to one message.
pub const REACTIONS_MAX: u64 = 100;
/// The most messages in one import command.
pub const IMPORT_MESSAGES_MAX: usize = 1_000;
/// The most conversations in one import command.
pub const IMPORT_CONVERSATIONS_MAX: usize = 500;
/// The most people the conversations of one import command may have together.
pub const IMPORT_MEMBERS_MAX: usize = 25_000;
/// The longest id another system gave, in bytes.
pub const EXTERNAL_ID_BYTES_MAX: usize = 200;
/// The longest pause between two reminders, in seconds.
pub const REMIND_EVERY_S_MAX: u32 = 7 * 24 * 3600;
/// How long reminders may go on, in milliseconds.
pub const REMIND_FOR_MS_MAX: i64 = 90 * 24 * 3600 * 1000;

/// Limits an installation sets. Both sites must be given the same: the deciding site applies its
/// own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The shortest pause between two reminders of an urgent notice, in seconds.
    pub remind_every_s_min: u32,
}

impl Limits {
    /// What people should live with: five minutes between reminders.
    pub const NORMAL: Self = Self {
        remind_every_s_min: 300,
    };
    /// For demonstrations: five seconds between reminders.
    pub const DEMO: Self = Self {
        remind_every_s_min: 5,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::NORMAL
    }
}

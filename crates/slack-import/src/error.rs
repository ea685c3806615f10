//! Why an export cannot be read. Every variant names the entry and the cause.

/// Why an export cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file cannot be opened.
    #[error("the file cannot be opened: {0}")]
    Open(std::io::Error),
    /// The file is not a zip archive, or its end is missing.
    #[error("not a zip archive, or a truncated one: {0}")]
    NotAZip(String),
    /// More entries than an export can have.
    #[error("{count} entries; at most {most} are read")]
    TooManyEntries {
        /// Entries in it.
        count: usize,
        /// The limit.
        most: usize,
    },
    /// Two entries of the same name, or entries that share bytes.
    #[error("the archive is built to deceive: {0}")]
    Deceptive(&'static str),
    /// An entry's name leads out of the archive or is no text.
    #[error("entry {entry:?}: the name is not safe: {cause}")]
    UnsafeName {
        /// The name as far as it is text.
        entry: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// An entry is encrypted.
    #[error("entry {entry:?} is encrypted")]
    Encrypted {
        /// The entry.
        entry: String,
    },
    /// An entry is larger than it can sensibly be.
    #[error("entry {entry:?} has {bytes} bytes; at most {most} are read")]
    TooLarge {
        /// The entry.
        entry: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// An entry grows more than real data does.
    #[error("entry {entry:?} grows {ratio}-fold when it is unpacked; at most {most}-fold is read")]
    Bomb {
        /// The entry.
        entry: String,
        /// How much it grows.
        ratio: u64,
        /// The limit.
        most: u64,
    },
    /// All entries together are larger than is sensible.
    #[error("all entries together have {bytes} bytes; at most {most} are read")]
    TotalTooLarge {
        /// The size of all.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// An entry is damaged.
    #[error("entry {entry:?} is damaged: {cause}")]
    Damaged {
        /// The entry.
        entry: String,
        /// What is wrong.
        cause: String,
    },
    /// An entry is not JSON.
    #[error("entry {entry:?} is not valid JSON: {cause}")]
    NotJson {
        /// The entry.
        entry: String,
        /// Where and why.
        cause: String,
    },
    /// An entry is JSON of another shape than an export has.
    #[error("entry {entry:?} is not what an export has there: {cause}")]
    WrongShape {
        /// The entry.
        entry: String,
        /// What was expected.
        cause: String,
    },
    /// The archive is no Slack export.
    #[error("not a Slack export: {0}")]
    NotAnExport(&'static str),
    /// A file of the folder given beside the export cannot be read.
    #[error("files folder: {0}")]
    FilesFolder(String),
}

//! What a file's name says about its content.

/// Extensions of common kinds of files whose content has a form: encrypting it takes that form away.
/// Kinds that are noise by nature (keys, encrypted archives) are left out on purpose; what people
/// put behind a name to keep an old copy (`bak`, `old`) is in, because it says nothing.
const KNOWN: &[&str] = &[
    "7z", "avi", "bak", "bmp", "bz2", "c", "cpp", "css", "csv", "db", "doc", "docx", "dwg", "eml",
    "epub", "flac", "gif", "go", "gz", "h", "htm", "html", "ics", "java", "jpeg", "jpg", "js",
    "json", "key", "log", "m4a", "md", "mkv", "mov", "mp3", "mp4", "msg", "numbers", "odp", "ods",
    "odt", "ogg", "old", "orig", "pages", "pdf", "php", "png", "ppt", "pptx", "psd", "py", "rar",
    "rb", "rs", "rtf", "sh", "sql", "sqlite", "svg", "tar", "tif", "tiff", "tmp", "toml", "ts",
    "txt", "vcf", "wav", "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip",
];

/// The longest that counts as an extension, in characters.
const CHARS_MAX: usize = 16;

/// The part after the last point in lower case; none for `name`, `.name`, `name.`, dates
/// and sentences.
#[must_use]
pub fn extension(name: &str) -> Option<String> {
    let (stem, last) = name.rsplit_once('.')?;
    let fits = !stem.is_empty()
        && !last.is_empty()
        && last.chars().count() <= CHARS_MAX
        && last.chars().any(char::is_alphabetic)
        && last
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    fits.then(|| last.to_lowercase())
}

/// Whether it is that of a common kind of file.
#[must_use]
pub fn is_known(extension: &str) -> bool {
    KNOWN.binary_search(&extension).is_ok()
}

/// The extension a new name puts in place of, or behind, a known one, if it is not known itself:
/// `report.docx` to `report.docx.lck` or `report.lck`. Without the name before, only what was put
/// behind can be seen.
#[must_use]
pub fn lost_extension(before: Option<&str>, after: &str) -> Option<String> {
    let new = extension(after).filter(|new| !is_known(new))?;
    let had = |name: &str| extension(name).is_some_and(|old| is_known(&old));
    let stem = after.rsplit_once('.').map_or("", |(stem, _)| stem);
    (before.is_some_and(had) || (before.is_none() && had(stem))).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(KNOWN.is_sorted(), "it is searched by halves");
    }

    #[test]
    fn extensions_are_read() {
        assert_eq!(extension("A.DOCX").as_deref(), Some("docx"));
        for name in [
            "name",
            ".name",
            "name.",
            "Dr. Lee came",
            "Minutes 1.5.2024",
            "",
        ] {
            assert_eq!(extension(name), None, "{name}");
        }
    }

    #[test]
    fn a_known_extension_is_lost_to_an_unknown_one() {
        let lost = |before, after| lost_extension(before, after);
        assert_eq!(lost(Some("a.docx"), "a.docx.lck").as_deref(), Some("lck"));
        assert_eq!(lost(Some("a.docx"), "a.lck").as_deref(), Some("lck"));
        assert_eq!(lost(None, "a.docx.lck").as_deref(), Some("lck"));
        assert_eq!(lost(Some("a.docx"), "b.pdf"), None);
        assert_eq!(lost(Some("a.docx"), "b"), None, "a title, not a type");
        assert_eq!(lost(Some("a.lck"), "b.lck"), None);
        assert_eq!(lost(None, "a.lck"), None);
    }
}

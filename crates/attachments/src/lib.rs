//! Files that messages and documents carry. Their bytes live in the chunk store; a command names the
//! chunks.

use kernel::{Hash, Refusal, define_id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest file, in bytes.
pub const SIZE_MAX: u64 = 100 * 1024 * 1024;
/// The largest chunk, in bytes.
pub const CHUNK_SIZE_MAX: u64 = 4 * 1024 * 1024;
/// The most chunks of one file.
pub const CHUNKS_MAX: usize = 6_400;
/// The most files of one message.
pub const PER_MESSAGE_MAX: usize = 10;
/// The longest file name, in bytes of UTF-8.
const NAME_BYTES_MAX: usize = 200;
/// What a file of no usable type is.
const UNKNOWN_TYPE: &str = "application/octet-stream";

define_id! {
    /// A file attached to a message or a document.
    AttachmentId
}

/// A file attached to a message or a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The client's id for it, unique in what carries it.
    pub attachment_id: AttachmentId,
    /// The file's name without any path.
    pub name: String,
    /// The media type the sender claims; never trusted for display.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Size of the whole file in bytes.
    pub size: u64,
    /// BLAKE3 hashes of the chunks in order.
    #[schema(value_type = Vec<String>)]
    pub chunks: Vec<Hash>,
    /// At how many sites the chunks were stored when it was sent.
    #[serde(default = "one_copy")]
    pub copies: u8,
}

const fn one_copy() -> u8 {
    1
}

/// Checks the files of a message and returns them with safe names and types.
///
/// # Errors
/// The refusal that names what does not fit.
pub fn check(attachments: Vec<Attachment>) -> Result<Vec<Attachment>, Refusal> {
    if attachments.len() > PER_MESSAGE_MAX {
        return Err(refusal(
            "too_many_attachments",
            format!("A message carries at most {PER_MESSAGE_MAX} files."),
        ));
    }
    for (i, attachment) in attachments.iter().enumerate() {
        check_one(attachment)?;
        let earlier = &attachments[..i];
        if earlier
            .iter()
            .any(|other| other.attachment_id == attachment.attachment_id)
        {
            return Err(refusal(
                "attachment_repeated",
                "Two files of the message have the same id.",
            ));
        }
    }
    Ok(attachments.into_iter().map(cleaned).collect())
}

fn check_one(attachment: &Attachment) -> Result<(), Refusal> {
    if attachment.size > SIZE_MAX {
        return Err(refusal(
            "attachment_too_large",
            "A file has at most 100 MB.",
        ));
    }
    let chunks = attachment.chunks.len();
    let needed = usize::try_from(attachment.size.div_ceil(CHUNK_SIZE_MAX)).unwrap_or(usize::MAX);
    let most = usize::try_from(attachment.size).unwrap_or(usize::MAX);
    if chunks < needed || chunks > most.min(CHUNKS_MAX) {
        return Err(refusal(
            "attachment_chunks",
            "The number of chunks does not fit the file's size.",
        ));
    }
    if !(1..=2).contains(&attachment.copies) {
        return Err(refusal(
            "attachment_copies",
            "A file is stored at one or two sites.",
        ));
    }
    Ok(())
}

fn refusal(code: &str, detail: impl Into<String>) -> Refusal {
    Refusal::invalid("command.attachments", code, detail)
}

fn cleaned(attachment: Attachment) -> Attachment {
    Attachment {
        name: safe_name(&attachment.name),
        media_type: safe_type(&attachment.media_type),
        ..attachment
    }
}

/// The last path component without control characters, direction overrides, characters that file
/// systems refuse and dots that hide files; shortened before the extension.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| is_kept(*c)).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if kept.is_empty() {
        return "file".into();
    }
    if kept.len() <= NAME_BYTES_MAX {
        return kept.into();
    }
    let extension = kept
        .rfind('.')
        .map(|at| &kept[at..])
        .filter(|extension| extension.len() <= 16)
        .unwrap_or_default();
    let stem = floor(kept, NAME_BYTES_MAX - extension.len());
    format!("{stem}{extension}")
}

fn is_kept(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !is_direction && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// The longest prefix of at most `bytes` bytes that ends between characters.
fn floor(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn safe_type(media_type: &str) -> String {
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    match media_type.split_once('/') {
        Some((main, sub)) if media_type.len() <= 100 && is_token(main) && is_token(sub) => {
            media_type.to_ascii_lowercase()
        }
        _ => UNKNOWN_TYPE.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::Uuid;

    fn file(size: u64, chunks: usize) -> Attachment {
        Attachment {
            attachment_id: AttachmentId(Uuid::from_u128(1)),
            name: "plan.pdf".into(),
            media_type: "application/pdf".into(),
            size,
            chunks: vec![Hash([7; 32]); chunks],
            copies: 2,
        }
    }

    fn code(attachments: Vec<Attachment>) -> String {
        check(attachments).unwrap_err().code
    }

    #[test]
    fn sizes_and_chunks_must_fit() {
        assert!(check(vec![file(SIZE_MAX, 25)]).is_ok());
        assert!(check(vec![file(0, 0)]).is_ok());
        assert_eq!(code(vec![file(SIZE_MAX + 1, 26)]), "attachment_too_large");
        assert_eq!(code(vec![file(CHUNK_SIZE_MAX + 1, 1)]), "attachment_chunks");
        assert_eq!(code(vec![file(1, 2)]), "attachment_chunks");
        assert_eq!(code(vec![file(0, 1)]), "attachment_chunks");
        assert_eq!(code(vec![file(1, 1), file(1, 1)]), "attachment_repeated");
        assert_eq!(code(vec![file(1, 1); 11]), "too_many_attachments");
    }

    #[test]
    fn names_are_made_safe() {
        for (given, kept) in [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\laporan akhir.docx", "laporan akhir.docx"),
            ("会议 记录.txt", "会议 记录.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\0b\nc", "abc"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
        ] {
            assert_eq!(safe_name(given), kept);
        }
        let long = safe_name(&format!("{}.pdf", "汉".repeat(300)));
        assert!(long.len() <= NAME_BYTES_MAX && long.ends_with(".pdf"));
    }

    #[test]
    fn types_that_are_none_become_octet_streams() {
        assert_eq!(safe_type("Image/PNG"), "image/png");
        for bad in [
            "",
            "text",
            "text/html; charset=utf-8",
            "a/b/c",
            "text/\r\nx",
        ] {
            assert_eq!(safe_type(bad), UNKNOWN_TYPE);
        }
    }
}

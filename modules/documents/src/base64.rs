//! Bytes in JSON: base64 with the standard alphabet and padding.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use kernel::Refusal;

/// The text of bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a text somebody sent.
///
/// # Errors
/// `not_base64`, and `too_long` beyond `bytes_max`, before anything is decoded.
pub fn decode(field: &str, text: &str, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    if text.len() > bytes_max.div_ceil(3) * 4 {
        let detail = format!("This is larger than {bytes_max} bytes.");
        return Err(Refusal::invalid(field, "too_long", detail));
    }
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() <= bytes_max => Ok(bytes),
        Ok(_) => {
            let detail = format!("This is larger than {bytes_max} bytes.");
            Err(Refusal::invalid(field, "too_long", detail))
        }
        Err(error) => {
            let detail = format!("This is not base64: {error}.");
            Err(Refusal::invalid(field, "not_base64", detail))
        }
    }
}

/// The bytes of a text that was checked before it was stored.
#[must_use]
pub fn stored(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded_and_texts_checked() {
        assert_eq!(decode("f", &encode(b"abc"), 3).unwrap(), b"abc");
        assert_eq!(
            decode("f", &encode(b"abcd"), 3).unwrap_err().code,
            "too_long"
        );
        assert_eq!(
            decode("f", &encode(b"abcde"), 4).unwrap_err().code,
            "too_long"
        );
        assert_eq!(decode("f", "a b", 99).unwrap_err().code, "not_base64");
    }
}

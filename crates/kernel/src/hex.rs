//! Byte arrays as lower-case hexadecimal text in JSON.

/// Hexadecimal text of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
            text
        })
}

/// Bytes from hexadecimal text; `None` for any other text.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !text.len().is_multiple_of(2) || !all_digits {
        return None;
    }
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok())
        .collect()
}

/// 32 bytes from hexadecimal text; `None` for any other text.
#[must_use]
pub fn decode32(text: &str) -> Option<[u8; 32]> {
    decode(text)?.try_into().ok()
}

/// `#[serde(with = …)]` for `[u8; 32]`.
pub mod array32 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// As text.
    ///
    /// # Errors
    /// The serialiser's.
    pub fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(bytes))
    }

    /// From text.
    ///
    /// # Errors
    /// For anything but 64 digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        super::decode32(&text).ok_or_else(|| D::Error::custom("expected 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_decode() {
        assert_eq!(decode("00fF"), Some(vec![0, 255]));
        assert_eq!(decode(""), Some(vec![]));
        for bad in ["0", "0g", "+1", " 1", "ä0"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
        assert_eq!(decode32(&encode(&[7; 32])), Some([7; 32]));
        assert_eq!(decode32("07"), None);
    }
}

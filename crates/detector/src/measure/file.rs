//! What a file looks like from its first bytes.

use super::{MilliBits, entropy, extension, is_known};

/// Fewer bytes than this say nothing about entropy.
const BYTES_MIN: usize = 1_024;
/// Entropy from which bytes without a known form are noise: 1,024 random bytes measure about 7.8
/// bits each (8 less the bias 255 / (2 n ln 2) of the estimate; Miller 1955), text below 6.
const NOISE: MilliBits = 7_500;

/// What a file looks like from its first bytes and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSample {
    /// Entropy of a byte.
    pub entropy: MilliBits,
    /// Bytes without a recognised form and without redundancy: encrypted, as far as can be seen.
    pub is_noise: bool,
    /// Noise under the name of a common kind of file: it lost its type.
    pub is_type_lost: bool,
}

impl FileSample {
    /// Measures the first bytes of a file of this name.
    #[must_use]
    pub fn of(name: &str, first: &[u8]) -> Self {
        let mut counts = [0_u64; 256];
        for byte in first {
            counts[usize::from(*byte)] += 1;
        }
        let entropy = entropy(counts);
        let is_noise = first.len() >= BYTES_MIN && entropy >= NOISE && infer::get(first).is_none();
        // `a.docx.lck` was a document too.
        let had_type = |name: &str| extension(name).is_some_and(|known| is_known(&known));
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
        Self {
            entropy,
            is_noise,
            is_type_lost: is_noise && (had_type(name) || had_type(stem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::{Random, SeededRandom};

    fn noise(len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        SeededRandom::new(3).fill(&mut bytes);
        bytes
    }

    #[test]
    fn an_encrypted_document_lost_its_type() {
        for len in [1_024, 4_096, 65_536] {
            let sample = FileSample::of("plan.docx", &noise(len));
            assert!(sample.is_noise && sample.is_type_lost, "{sample:?}");
            assert!(FileSample::of("plan.docx.lck", &noise(len)).is_type_lost);
        }
        let unnamed = FileSample::of("backup.age2", &noise(4_096));
        assert!(unnamed.is_noise && !unnamed.is_type_lost);
        assert!(
            !FileSample::of("plan.docx", &noise(200)).is_noise,
            "too short"
        );
    }

    #[test]
    fn compressed_files_have_a_form() {
        for (name, magic) in [
            ("a.zip", &b"PK\x03\x04"[..]),
            ("a.png", b"\x89PNG\r\n\x1a\n"),
            ("a.jpg", b"\xff\xd8\xff\xe0"),
            ("a.pdf", b"%PDF-1.7\n"),
            ("a.gz", b"\x1f\x8b\x08"),
        ] {
            let bytes = [magic, &noise(4_096)].concat();
            assert!(!FileSample::of(name, &bytes).is_noise, "{name}");
        }
    }

    #[test]
    fn text_is_no_noise() {
        let text = "The tide is at six; the boats go out at four.\n".repeat(100);
        let sample = FileSample::of("a.txt", text.as_bytes());
        assert!(!sample.is_noise && sample.entropy < 5_000, "{sample:?}");
    }
}

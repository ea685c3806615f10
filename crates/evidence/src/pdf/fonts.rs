//! The faces that reports are set in: Latin ones from this program, Chinese ones from the machine.

use super::PdfError;
use crate::Language;
use serde_json::Value;
use std::path::PathBuf;
use typst::foundations::Bytes;
use typst::text::Font;

/// What brings the Chinese faces.
pub const PACKAGE: &str = "fonts-noto-cjk";

/// Where systems put them.
const FOLDERS: [&str; 6] = [
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
];
const FILES: [&str; 2] = ["NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"];
/// Of the faces that this program brings, those that reports use, and one with many symbols.
const LATIN: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];

/// The faces of one report.
pub struct Fonts {
    /// All of them.
    pub faces: Vec<Font>,
    /// Names of families, by preference.
    pub families: Vec<&'static str>,
}

/// Whether the machine has the Chinese faces.
pub fn has_chinese() -> bool {
    FILES.iter().all(|name| find(name).is_some())
}

impl Fonts {
    /// The faces for what is written on the pages.
    ///
    /// # Errors
    /// When Chinese is written and no face covers it.
    pub fn load(language: Language, pages: &Value) -> Result<Self, PdfError> {
        let mut faces: Vec<Font> = typst_assets::fonts()
            .flat_map(|data| Font::iter(Bytes::new(data)))
            .filter(|font| LATIN.contains(&font.info().family.as_str()))
            .collect();
        let mut families = vec![LATIN[0]];
        let is_chinese = matches!(language, Language::ZhHans | Language::ZhHant);
        if is_chinese || holds_chinese(pages) {
            let family = match language {
                Language::ZhHant => "Noto Serif CJK TC",
                _ => "Noto Serif CJK SC",
            };
            for name in FILES {
                let file = find(name).ok_or(PdfError::NoFace)?;
                let data = std::fs::read(file).map_err(|_| PdfError::NoFace)?;
                let all = Font::iter(Bytes::new(data));
                faces.extend(all.filter(|font| font.info().family == family));
            }
            families.push(family);
        }
        families.push(LATIN[1]);
        Ok(Self { faces, families })
    }

    /// Whether a face has this character.
    pub fn covers(&self, c: char) -> bool {
        let c = u32::from(c);
        self.faces
            .iter()
            .any(|font| font.info().coverage.contains(c))
    }
}

fn find(name: &str) -> Option<PathBuf> {
    FOLDERS
        .iter()
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|file| file.is_file())
}

fn holds_chinese(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(is_chinese),
        Value::Array(items) => items.iter().any(holds_chinese),
        Value::Object(fields) => fields.values().any(holds_chinese),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Chinese, Japanese and Korean characters and their punctuation.
pub fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{323af}')
}

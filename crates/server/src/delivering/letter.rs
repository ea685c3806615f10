//! What messages say outside the app. Whoever is called may read any of the product's languages, and
//! which one is not known here: the line that says what it is stands in all of them.

use response::events::Purpose;
use response::queries::Content;

/// A line that says what it is.
pub(super) const fn subject(content: &Content) -> &'static str {
    match content {
        Content::Code { .. } => "Sekoci: code · kode · 验证码 · 驗證碼",
        Content::Call { purpose, .. } if purpose.is_drill() => {
            "Sekoci: drill · latihan · 演练 · 演練"
        }
        Content::Call { purpose, .. } => match purpose {
            Purpose::Incident { .. } => "Sekoci: incident · insiden · 事件",
            Purpose::Drill {} | Purpose::Notice {} => "Sekoci: urgent · mendesak · 紧急 · 緊急",
            Purpose::Succession { .. } => "Sekoci: approval needed · perlu persetujuan · 需要批准",
        },
    }
}

/// The text.
pub(super) fn text(content: &Content) -> String {
    match content {
        Content::Code { code } => {
            let (first, second) = code.split_at_checked(4).unwrap_or((code, ""));
            format!("{first} {second}")
        }
        Content::Call { text, .. } => {
            format!(
                "{text}\n\nAnswer in the app. · Jawab di aplikasi. · 请在应用中回复。 · 請在應用程式中回覆。"
            )
        }
    }
}

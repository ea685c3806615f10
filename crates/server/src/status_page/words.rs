//! The few words of a status page, in the languages of the product.

use axum::http::{HeaderMap, header};

/// A language of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Indonesian.
    Indonesian,
    /// Chinese in simplified characters.
    Simplified,
    /// Chinese in traditional characters.
    Traditional,
}

/// All words.
pub(super) struct Words {
    pub all_well: &'static str,
    pub some_trouble: &'static str,
    pub status: &'static str,
    pub incidents: &'static str,
    pub none: &'static str,
    pub as_of: &'static str,
    pub since_update: &'static str,
    pub minutes: &'static str,
    pub open: &'static str,
    pub mitigated: &'static str,
    pub closed: &'static str,
    pub critical: &'static str,
    pub major: &'static str,
    pub minor: &'static str,
    pub began: &'static str,
    pub ended: &'static str,
    pub languages: &'static str,
    pub served_by: &'static str,
}

impl Language {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::English,
        Self::Indonesian,
        Self::Simplified,
        Self::Traditional,
    ];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
            Self::Simplified => "zh-Hans",
            Self::Traditional => "zh-Hant",
        }
    }

    /// What it calls itself.
    pub(super) const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Indonesian => "Bahasa Indonesia",
            Self::Simplified => "简体中文",
            Self::Traditional => "繁體中文",
        }
    }

    /// The language of a tag; none: another than these.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        let first = tag.split('-').next().unwrap_or_default();
        match first {
            "en" => Some(Self::English),
            "id" | "in" => Some(Self::Indonesian),
            "zh" => {
                let is_traditional = tag
                    .split('-')
                    .any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
                Some(if is_traditional {
                    Self::Traditional
                } else {
                    Self::Simplified
                })
            }
            _ => None,
        }
    }

    /// What somebody asked for, or their browser; English else.
    pub(super) fn wanted(asked: Option<&str>, headers: &HeaderMap) -> Self {
        asked
            .and_then(Self::of)
            .or_else(|| Self::accepted(headers))
            .unwrap_or(Self::English)
    }

    /// The best of `Accept-Language` (RFC 9110, 12.5.4).
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut best: Option<(f32, Self)> = None;
        for part in text.split(',').take(20) {
            let (tag, rest) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight: f32 = rest
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse().ok())?;
            let better = best.is_none_or(|(most, _)| weight > most);
            if let Some(language) = Self::of(tag).filter(|_| better && weight > 0.0) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Indonesian => &INDONESIAN,
            Self::Simplified => &SIMPLIFIED,
            Self::Traditional => &TRADITIONAL,
        }
    }
}

const ENGLISH: Words = Words {
    all_well: "Nothing is reported at present.",
    some_trouble: "There is an incident.",
    status: "Status",
    incidents: "Incidents",
    none: "No incidents have been reported.",
    as_of: "As of",
    since_update: "Last update, minutes ago:",
    minutes: "min",
    open: "being worked on",
    mitigated: "harm stopped",
    closed: "over",
    critical: "critical",
    major: "major",
    minor: "minor",
    began: "Began",
    ended: "Over",
    languages: "Languages",
    served_by: "Served by site",
};

const INDONESIAN: Words = Words {
    all_well: "Saat ini tidak ada yang dilaporkan.",
    some_trouble: "Ada insiden.",
    status: "Status",
    incidents: "Insiden",
    none: "Belum ada insiden yang dilaporkan.",
    as_of: "Per",
    since_update: "Pembaruan terakhir, menit lalu:",
    minutes: "mnt",
    open: "sedang ditangani",
    mitigated: "dampak dihentikan",
    closed: "selesai",
    critical: "kritis",
    major: "besar",
    minor: "kecil",
    began: "Mulai",
    ended: "Selesai",
    languages: "Bahasa",
    served_by: "Disajikan oleh lokasi",
};

const SIMPLIFIED: Words = Words {
    all_well: "目前没有报告任何问题。",
    some_trouble: "正在发生事件。",
    status: "状态",
    incidents: "事件",
    none: "尚未报告任何事件。",
    as_of: "截至",
    since_update: "距上次更新（分钟）：",
    minutes: "分钟",
    open: "处理中",
    mitigated: "影响已止住",
    closed: "已结束",
    critical: "严重",
    major: "重大",
    minor: "轻微",
    began: "开始",
    ended: "结束",
    languages: "语言",
    served_by: "提供页面的站点",
};

const TRADITIONAL: Words = Words {
    all_well: "目前沒有回報任何問題。",
    some_trouble: "正在發生事件。",
    status: "狀態",
    incidents: "事件",
    none: "尚未回報任何事件。",
    as_of: "截至",
    since_update: "距上次更新（分鐘）：",
    minutes: "分鐘",
    open: "處理中",
    mitigated: "影響已止住",
    closed: "已結束",
    critical: "嚴重",
    major: "重大",
    minor: "輕微",
    began: "開始",
    ended: "結束",
    languages: "語言",
    served_by: "提供頁面的站點",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_is_shown_and_else_the_browsers() {
        let wanted = |asked: Option<&str>, accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            Language::wanted(asked, &headers)
        };
        assert_eq!(wanted(None, "id,en;q=0.8"), Language::Indonesian);
        assert_eq!(
            wanted(None, "fr, zh-TW;q=0.5, en;q=0.4"),
            Language::Traditional
        );
        assert_eq!(wanted(None, "zh-CN"), Language::Simplified);
        assert_eq!(wanted(None, "fr"), Language::English);
        assert_eq!(wanted(None, "en;q=x"), Language::English);
        assert_eq!(wanted(Some("zh-Hant"), "id"), Language::Traditional);
        assert_eq!(wanted(Some("xx"), "id"), Language::Indonesian);
    }
}

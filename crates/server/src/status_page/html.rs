//! The page itself: one file that stands alone, readable by anything that reads HTML.

use super::words::{Language, Words};
use jiff::Timestamp as Moment;
use kernel::Timestamp;
use response::queries::PublicIncident;
use std::fmt::Write;

/// Colours for light and dark, with contrast of at least 4.5 to 1; nothing is said by colour alone.
const STYLE: &str = "
:root { color-scheme: light dark; --ink: #16202a; --paper: #ffffff; --soft: #55606b; --line: #c9d1d9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --paper: #12181f; --soft: #a5b0bb; --line: #3a4552; }
}
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 44rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
time, footer, .soft { color: var(--soft); }
ol { list-style: none; margin: .5rem 0 0; padding: 0; }
li { margin: 0 0 .75rem; }
p { margin: 0; white-space: pre-line; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; font-size: .9rem; }
nav a { color: inherit; margin-inline-end: .75rem; }
";

/// A status page.
pub(super) struct Page<'a> {
    pub title: &'a str,
    pub incidents: &'a [PublicIncident],
    pub now: Timestamp,
    /// The site that serves it.
    pub site: Option<&'a str>,
    pub language: Language,
}

impl Page<'_> {
    /// The whole document.
    pub fn html(&self) -> String {
        let words = self.language.words();
        let title = escaped(self.title);
        let lang = self.language.tag();
        let is_trouble = self.incidents.iter().any(|one| one.state != "closed");
        let state = if is_trouble {
            words.some_trouble
        } else {
            words.all_well
        };
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title} · {}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
             <p><strong>{state}</strong></p>\n<p class=\"soft\">{} {}</p>\n<h2>{}</h2>\n",
            words.status,
            words.as_of,
            time(self.now),
            words.incidents,
        );
        if self.incidents.is_empty() {
            put(&mut page, format_args!("<p>{}</p>\n", words.none));
        }
        for incident in self.incidents {
            self.incident(&mut page, words, incident);
        }
        put(&mut page, format_args!("</main>\n<footer>\n"));
        put(
            &mut page,
            format_args!("<nav aria-label=\"{}\">", words.languages),
        );
        for language in Language::ALL {
            let (tag, name) = (language.tag(), language.own_name());
            put(
                &mut page,
                format_args!(
                    "<a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>"
                ),
            );
        }
        put(&mut page, format_args!("</nav>\n"));
        if let Some(site) = self.site {
            put(
                &mut page,
                format_args!("<p>{} {}</p>\n", words.served_by, escaped(site)),
            );
        }
        page.push_str("</footer>\n</body>\n</html>\n");
        page
    }

    fn incident(&self, page: &mut String, words: &Words, incident: &PublicIncident) {
        let state = match incident.state.as_str() {
            "open" => words.open,
            "mitigated" => words.mitigated,
            _ => words.closed,
        };
        let severity = match incident.severity.as_str() {
            "critical" => words.critical,
            "major" => words.major,
            _ => words.minor,
        };
        put(
            page,
            format_args!(
                "<article>\n<h3>{state} · {severity}</h3>\n<p class=\"soft\">{} {}</p>\n",
                words.began,
                time(incident.opened_at)
            ),
        );
        match incident.closed_at {
            Some(at) => {
                let (ended, at) = (words.ended, time(at));
                put(page, format_args!("<p class=\"soft\">{ended} {at}</p>\n"));
            }
            None => {
                if let Some(last) = incident.updates.first() {
                    let minutes = self.now.since(last.at).max(0) / 60_000;
                    let (since, unit) = (words.since_update, words.minutes);
                    put(
                        page,
                        format_args!("<p class=\"soft\">{since} {minutes} {unit}</p>\n"),
                    );
                }
            }
        }
        page.push_str("<ol>\n");
        for update in &incident.updates {
            let text = escaped(&update.text);
            put(
                page,
                format_args!("<li>{}<p>{text}</p></li>\n", time(update.at)),
            );
        }
        page.push_str("</ol>\n</article>\n");
    }
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text)
        .expect("writing to a string cannot fail");
}

fn time(at: Timestamp) -> String {
    match Moment::from_millisecond(at.millis()) {
        Ok(moment) => {
            let machine = moment.strftime("%Y-%m-%dT%H:%M:%SZ");
            let shown = moment.strftime("%Y-%m-%d %H:%M UTC");
            format!("<time datetime=\"{machine}\">{shown}</time>")
        }
        Err(_) => String::new(),
    }
}

/// A text as it stands between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use response::queries::PublicUpdate;

    #[test]
    fn nothing_that_people_write_becomes_part_of_the_page() {
        let incidents = [PublicIncident {
            severity: "critical".into(),
            state: "open".into(),
            opened_at: Timestamp(0),
            closed_at: None,
            updates: vec![PublicUpdate {
                at: Timestamp(60_000),
                text: "<script>alert(1)</script> & \"so\"".into(),
            }],
        }];
        for language in Language::ALL {
            let page = Page {
                title: "<b>Harbour</b>",
                incidents: &incidents,
                now: Timestamp(300_000),
                site: Some("a"),
                language,
            };
            let html = page.html();
            assert!(!html.contains("<script") && !html.contains("<b>"));
            assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;so&quot;"));
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
            assert!(html.contains("<time datetime=\"1970-01-01T00:01:00Z\">"));
            assert!(html.contains(" 4 "), "minutes since the last update");
        }
    }
}

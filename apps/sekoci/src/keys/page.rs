//! A share as a page to print: one sheet, readable without any network.

use crate::cli::Failure;
use crate::cli::moment::day;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use vault::custody::{Share, Trust};
use zeroize::Zeroizing;

/// Before the share's text in the page.
pub const MARK: &str = "<pre id=\"share\">";

const STYLE: &str = "\
    body{font:11pt/1.4 sans-serif;max-width:17cm;margin:1.5cm auto;color:#000;background:#fff}\
    h1{font-size:18pt;margin:0}h2{font-size:12pt;margin:1em 0 .2em}p{margin:.3em 0}\
    pre{font:12pt/1.6 monospace;border:1px solid #000;padding:.4cm;white-space:pre-wrap}\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.6em 0}\
    dt{font-weight:bold}dd{margin:0;overflow-wrap:anywhere}\
    svg{display:block;width:6.5cm;height:6.5cm;margin:.4cm 0}\
    @page{size:A4;margin:1.5cm}@media print{body{margin:0;max-width:none}}";

/// The page.
///
/// # Errors
/// When the share does not fit into a QR code.
pub fn page(share: &Share, trust: &Trust) -> Result<Zeroizing<String>, Failure> {
    let claim = share.claim();
    let (threshold, count) = (claim.rule.threshold(), claim.rule.count());
    let lines = share.to_lines();
    Ok(Zeroizing::new(format!(
        "<!doctype html>\n\
<html lang=\"en\">\n\
<meta charset=\"utf-8\">\n\
<title>Sekoci share {index} of {count}</title>\n\
<style>{STYLE}</style>\n\
<h1>Share {index} of {count}</h1>\n\
<p>for <strong>{custodian}</strong></p>\n\
<h2>What this is</h2>\n\
<p>One part of the key that opens the vault: the sealed copy of everything that is written in this \
installation, kept away from its sites. Any {threshold} of the {count} shares open it together; \
fewer say nothing at all. No computer keeps the key.</p>\n\
<h2>What to do with it</h2>\n\
<p>Keep this page secret and apart from other shares: a safe, a deposit box. Do not photograph it, \
do not send it, and do not give it to whoever asks by telephone or mail. If it is lost, or seen by \
somebody else, say so at once, so that the shares can be replaced. Bring a share that was replaced \
back to be destroyed: it goes on opening what was sealed before.</p>\n\
<h2>How it is used</h2>\n\
<p>At a drill or a recovery, scan the code or type the lines below into a text file on the computer \
that is used for it, and run <code>sekoci keys drill</code> or <code>sekoci keys combine</code> with \
the files of {threshold} custodians. Blanks, line ends and upper or lower case do not matter; if a \
character is mistyped, its line and group are named. The share has {length} characters.</p>\n\
{MARK}{lines}</pre>\n\
{code}\n\
<dl>\n\
<dt>set</dt><dd>{set}</dd>\n\
<dt>needed</dt><dd>{threshold} of {count}</dd>\n\
<dt>made</dt><dd>{day}</dd>\n\
<dt>trust</dt><dd>{trust}</dd>\n\
</dl>\n\
</html>\n",
        index = share.index(),
        custodian = escaped(share.custodian()),
        length = share.to_line().len(),
        lines = lines.as_str(),
        code = code(share)?.as_str(),
        set = claim.set,
        day = day(trust.created_at()),
        trust = claim.trust,
    )))
}

/// The QR code, as an image that stands in the page itself.
fn code(share: &Share) -> Result<Zeroizing<String>, Failure> {
    let line = share.to_line();
    let code = QrCode::with_error_correction_level(line.as_bytes(), EcLevel::Q)
        .map_err(|e| Failure::failed(format!("the QR code of {}: {e}", share.holder())))?;
    let image = Zeroizing::new(code.render::<svg::Color>().module_dimensions(4, 4).build());
    // A page is no place for the declaration that a file of its own begins with.
    let begins = image.find("<svg").unwrap_or(0);
    Ok(Zeroizing::new(image[begins..].to_owned()))
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::ceremony::tests::made_for;
    use super::*;

    #[test]
    fn the_page_says_whose_it_is_and_needs_nothing_else() {
        let made = made_for(&["Ana <b>&\"", "Budi", "Citra"]);
        let share = &made.shares[0];
        let page = page(share, &made.trust).unwrap();
        let set = share.claim().set.to_string();
        let lines = share.to_lines();
        for part in [
            "Ana &lt;b&gt;&amp;&quot;",
            "Share 1 of 3",
            "Any 2 of the 3",
            "1970-01-01",
            &set,
            &made.trust.digest().to_string(),
            lines.as_str(),
            "<svg xmlns",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let elsewhere = ["src=", "href=", "url(", "<script", "<?xml", "Ana <b>"];
        for part in elsewhere {
            assert!(!page.contains(part), "{part}");
        }
    }
}

use super::*;
use crate::readable::tests::{drill, period, signed};
use serde_json::json;

/// Where to leave the pages for looking at: `EVIDENCE_PDF_OUT=folder cargo test …`.
fn leave(name: &str, pdf: &[u8]) {
    if let Ok(folder) = std::env::var("EVIDENCE_PDF_OUT") {
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).unwrap();
    }
}

fn holds(pdf: &[u8], text: &str) -> bool {
    pdf.windows(text.len()).any(|run| run == text.as_bytes())
}

#[test]
fn every_language_gives_a_pdf_a_with_the_report_attached() {
    for language in Language::ALL {
        if check(language).is_err() {
            eprintln!("left out {language:?}: no face");
            continue;
        }
        for (name, evidence) in [("drill", signed(drill())), ("annual", signed(period()))] {
            let began = std::time::Instant::now();
            let pdf = render(&evidence, language).unwrap();
            eprintln!(
                "{name} {}: {:?}, {} bytes",
                language.tag(),
                began.elapsed(),
                pdf.len()
            );
            leave(&format!("{name}-{}.pdf", language.tag()), &pdf);
            assert!(pdf.starts_with(b"%PDF-1.7"));
            assert!(holds(&pdf, "<pdfaid:part>3</pdfaid:part>"));
            assert!(holds(&pdf, "report.json") && holds(&pdf, "/AFRelationship"));
            assert!(holds(&pdf, "/FontFile"), "faces are embedded");
            assert_eq!(
                pdf,
                render(&evidence, language).unwrap(),
                "the same report, the same bytes"
            );
        }
    }
}

#[test]
fn texts_of_the_report_are_never_markup() {
    let hostile =
        "#panic(\"run\") $x^2$ *bold* #include \"/etc/passwd\" `raw` <label> \\ // # [ ] @ref";
    let mut evidence = drill();
    for at in ["scenario", "site", "fault"] {
        evidence[at] = json!(hostile);
    }
    evidence["timeline"][0]["detail"] = json!(hostile);
    evidence["#eval(\"1\")"] = json!({ "*x*": hostile });
    evidence["shortfalls"] = json!([hostile]);
    let pdf = render(&signed(evidence), Language::En).unwrap();
    leave("hostile.pdf", &pdf);
}

#[test]
fn what_no_face_has_does_not_stop_a_report() {
    let mut evidence = drill();
    evidence["shortfalls"] =
        json!(["\u{1f600} \u{202e}turned\u{0} a\u{35c}b \u{0628}\u{064e} \u{0e01}\u{0e34}"]);
    let pdf = render(&signed(evidence), Language::En).unwrap();
    leave("odd.pdf", &pdf);
}

#[test]
fn an_empty_object_and_an_unsigned_report_are_reports() {
    assert_eq!(render(&json!({}), Language::Id).err(), None);
    assert!(render(&drill(), Language::En).is_ok());
    assert_eq!(render(&json!([]), Language::En), Err(PdfError::NotAnObject));
}

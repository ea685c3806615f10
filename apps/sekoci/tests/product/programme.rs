//! `sekoci template` and `sekoci programme`: a workspace's continuity programme from the command line.

use crate::cli::{bare, ends, json};
use crate::demo::Demo;
use std::fmt::Write;

#[test]
fn templates_are_shown_without_an_installation() {
    let listed = ends(&mut bare(["template", "list"]), 0, "").stdout;
    assert_eq!(listed.lines().count(), 5);
    let shown = ["template", "show", "health", "--lang", "zh-Hant"];
    assert!(ends(&mut bare(shown), 0, "").stdout.contains("醫療"));
    ends(
        &mut bare(["template", "show", "shoes"]),
        2,
        "finance, health, retail, education, logistics",
    );
    ends(
        &mut bare(["template", "show", "health", "--lang", "fr"]),
        2,
        "--lang",
    );
}

#[tokio::test]
async fn a_template_and_spreadsheets_come_in_once() {
    let demo = Demo::start("sqlite").await;
    let folder = demo.installation();
    let report = folder.join("report.json");
    let run = |arguments: &[&str], code: i32, with: &str| {
        let mut command = demo.command(arguments);
        command
            .args(["--workspace", "Harbour", "--json"])
            .arg(&report);
        ends(&mut command, code, with);
    };
    let count = |what: &str| {
        let told = json(&report)[what]["assets"].clone();
        told.as_array().map_or(0, Vec::len)
    };
    run(&["template", "apply", "shoes"], 2, "finance, health");
    run(&["template", "apply", "retail", "--dry-run"], 0, "");
    let wanted = count("added");
    assert!(wanted > 5);
    run(&["template", "apply", "retail", "--lang", "id"], 0, "");
    assert_eq!(count("added"), wanted, "the dry run did nothing");
    run(&["template", "apply", "retail"], 0, "");
    assert_eq!((count("added"), count("kept")), (0, wanted));

    let file = folder.join("assets.csv");
    let path = file.to_str().expect("a plain path");
    let mut csv = String::from("key,kind,name,description\r\n");
    for n in 0..1_200 {
        writeln!(csv, "m/{n},machine,Machine {n},\"=1+{n}\nsecond line\"\r").expect("a string");
    }
    let bad = format!("{csv}m/bad,shoe,Shoe,\r\n");
    std::fs::write(&file, bad).expect("written");
    let import = ["programme", "import", "assets", path];
    run(&import, 2, "line 2402, column 2 (kind)");
    assert_eq!(json(&report)["bad_count"], 1);
    std::fs::write(&file, csv).expect("written");
    run(&import, 0, "");
    assert_eq!(json(&report)["added"], 1_200);
    run(&import, 0, "");
    assert_eq!(json(&report)["unchanged"], 1_200);
    run(&["programme", "export", "assets", path], 0, "");
    assert_eq!(json(&report)["lines"], 1_200 + wanted);
    let written = std::fs::read_to_string(&file).expect("written");
    assert!(written.contains("\"'=1+7\nsecond line\""), "no formula");
    run(&import, 0, "");
    assert_eq!(json(&report)["unchanged"], 1_200 + wanted);

    let file = folder.join("dependencies.csv");
    let path = file.to_str().expect("a plain path");
    std::fs::write(&file, "key,depends_on\nm/1,m/2\nm/2,m/1\n").expect("written");
    let import = ["programme", "import", "dependencies", path];
    run(&import, 0, "");
    assert_eq!(json(&report)["added"], 2);
    std::fs::write(&file, "key,depends_on\nm/3,m/3\n").expect("written");
    run(&import, 2, "line 2, column 2 (depends_on)");
}

use super::*;

const GOOD: &str = r#"name = "mine"
safety = "rehearsal-only"
needs = ["agents"]
[title]
en = "Mine"
[load]
rate = 10
seconds = 20
[[steps]]
at = "0s"
do = "kill-site"
target = "site"
undo = "restore"
[[steps]]
at = "10s"
do = "restore"
target = "site"
[expect]
detected_within = "15s"
rto_within = "30s"
lost = 0
"#;

#[track_caller]
fn finds(from: &str, to: &str, rule: &str, field: &str, line: usize) {
    let text = GOOD.replacen(from, to, 1);
    assert_ne!(text, GOOD, "{from:?} is not in it");
    let found = lint(&text).unwrap();
    let hit = found
        .iter()
        .any(|one| one.rule == rule && one.field == field && one.line == line);
    assert!(hit, "{rule} {field} line {line}: {found:?}");
}

#[test]
fn each_mistake_is_found_where_it_is() {
    assert_eq!(lint(GOOD).unwrap(), []);
    finds(
        "kill-site",
        "sink-site",
        "unknown-action",
        "steps[0].do",
        11,
    );
    finds(
        "\"site\"\nundo",
        "\"moon\"\nundo",
        "unknown-target",
        "steps[0].target",
        12,
    );
    finds(
        "undo = \"restore\"\n",
        "",
        "missing-undo",
        "steps[0].undo",
        9,
    );
    finds(
        "undo = \"restore\"",
        "undo = \"pray\"",
        "unknown-undo",
        "steps[0].undo",
        13,
    );
    finds(
        "undo = \"restore\"",
        "undo = \"switch-back\"",
        "wrong-undo",
        "steps[0].undo",
        13,
    );
    finds(
        "undo = \"restore\"",
        "undo = \"restore\"\nprocess = \"etcd\"",
        "unused-word",
        "steps[0].process",
        14,
    );
    finds(
        "kill-site",
        "kill-process",
        "missing-word",
        "steps[0].process",
        9,
    );
    finds(
        "at = \"0s\"\ndo = \"kill-site\"",
        "at = \"0s\"\ndo = \"restore\"",
        "undo-before-do",
        "steps[0].do",
        11,
    );
    finds(
        "at = \"0s\"",
        "at = \"11s\"",
        "times-out-of-order",
        "steps[1].at",
        15,
    );
    finds(
        "at = \"10s\"",
        "at = \"21s\"",
        "after-the-end",
        "steps[1].at",
        15,
    );
    finds(
        "do = \"restore\"\ntarget = \"site\"",
        "do = \"pause-site\"\ntarget = \"site\"\nundo = \"restore\"",
        "fight",
        "steps[1].do",
        16,
    );
    finds(
        "do = \"restore\"\ntarget = \"site\"",
        "do = \"kill-site\"\ntarget = \"other-site\"\nundo = \"restore\"",
        "fight",
        "steps[1].do",
        16,
    );
    finds(
        "rehearsal-only",
        "safe-in-production",
        "safety",
        "steps[0].do",
        11,
    );
    finds("[\"agents\"]", "[]", "needs", "steps[0].do", 11);
    finds(
        "[\"agents\"]",
        "[\"agents\", \"luck\"]",
        "unknown-need",
        "needs",
        3,
    );
    finds("lost = 0\n", "", "missing-expectation", "expect.lost", 18);
    finds(
        "detected_within = \"15s\"\n",
        "",
        "missing-expectation",
        "expect.detected_within",
        18,
    );
    finds("rate = 10", "rate = 0", "bounds", "load.rate", 7);
    finds("en =", "de =", "title", "title", 4);
    finds("\"mine\"", "\"My own\"", "name", "name", 1);
    finds("at = \"10s\"", "at = \"soon\"", "shape", "", 15);
    finds("lost = 0", "lost = 0\nlots = 1", "shape", "lots", 22);
}

#[test]
fn what_is_not_toml_cannot_be_linted() {
    assert!(lint("name = \n").is_err());
}

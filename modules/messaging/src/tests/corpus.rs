//! Search finds what people write in English, Indonesian, Chinese in both scripts, Japanese and
//! Korean.

use crate::testing::*;
use kernel::PersonId;
use kernel::testing::Given;
use serde_json::json;

/// Texts, each with queries that find it and queries that do not.
const CORPUS: &[(&str, &[&str], &[&str])] = &[
    (
        "The quarterly backup of the data centre finished at 03:15, see report-2026.pdf",
        &[
            "backup",
            "BACKUP",
            "data cent",
            "centre data",
            "report 2026",
            "03",
            "quart",
        ],
        &["ackup", "centr finished", "\"backup the\" nothing"],
    ),
    (
        "Rapat darurat besok jam sembilan di gudang Surabaya, mohon konfirmasi kehadiran",
        &["rapat", "besok rapat", "gudang sura", "konfirm", "MOHON"],
        &["rapatnya", "udang"],
    ),
    (
        "请各位同事注意：明天上午九点在三楼会议室开会，讨论灾难恢复演练。",
        &[
            "会议",
            "会议室",
            "开会",
            "演练",
            "灾难恢复",
            "会",
            "练",
            "明天 会议室",
            "三",
        ],
        &["議", "會議", "议会", "会室", "难恢演"],
    ),
    (
        "請各位同事注意：明天上午九點在三樓會議室開會，討論災難復原演練。",
        &["會議", "會議室", "開會", "演練", "災難復原", "點"],
        &["会议", "灾难", "議會"],
    ),
    (
        "A栋服务器UPS已更换，电池型号CS-100",
        &[
            "服务器",
            "UPS",
            "ups",
            "a栋",
            "更换",
            "cs-100",
            "CS 100",
            "电池",
        ],
        &["务服", "cs-200"],
    ),
    (
        "明日の会議は東京タワーの近くです",
        &["会議", "東京タワー", "タワー", "近く", "です", "明日"],
        &["京都"],
    ),
    (
        "내일 회의실 예약 부탁드립니다",
        &["회의", "회의실", "예약", "내일 예약"],
        &["회실"],
    ),
    (
        "Café Señor naïveté — ｆｕｌｌ ｗｉｄｔｈ ①",
        &[
            "cafe",
            "café",
            "CAFE\u{301}",
            "senor",
            "full width",
            "naivete",
            "1",
        ],
        &["caffe"],
    ),
];

fn office_with_corpus() -> Given {
    let mut given = office_with_rooms();
    for (text, _, _) in CORPUS {
        post(given.by(BEN), GROUP, text);
    }
    given
}

/// Positions of what is found, the latest first.
fn found(given: &Given, person: PersonId, q: &str, more: &str) -> Vec<u64> {
    let q: String = q.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let answer = query(given, person, "search", &format!("q={q}{more}")).unwrap();
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["position"].as_u64().unwrap())
        .collect()
}

#[test]
fn every_language_is_found() {
    let given = office_with_corpus();
    for (position, (text, hits, misses)) in (1..).zip(CORPUS) {
        for q in *hits {
            assert!(
                found(&given, CYD, q, "").contains(&position),
                "{q} finds {text}"
            );
        }
        for q in *misses {
            assert!(
                !found(&given, CYD, q, "").contains(&position),
                "{q} misses {text}"
            );
        }
    }
}

#[test]
fn matches_are_shown_as_written() {
    let given = office_with_corpus();
    let answer = query(&given, CYD, "search", "q=%E4%BC%9A%E8%AE%AE%E5%AE%A4").unwrap();
    let excerpt = answer["items"][0]["excerpt"].as_array().unwrap();
    let matching: Vec<_> = excerpt.iter().filter(|f| f["is_match"] == true).collect();
    assert_eq!(matching, [&json!({ "text": "会议室", "is_match": true })]);
    let whole: String = excerpt
        .iter()
        .map(|f| f["text"].as_str().unwrap())
        .collect();
    assert_eq!(whole, CORPUS[2].0);
}

#[test]
fn no_syntax_leaks() {
    let given = office_with_corpus();
    for q in [
        "\"",
        "backup\"",
        "NOT backup",
        "tokens:backup",
        "a* OR b",
        "(",
        "^x",
        "x + y",
        "-",
        "NEAR(",
    ] {
        let q: String = q.bytes().map(|byte| format!("%{byte:02x}")).collect();
        match query(&given, CYD, "search", &format!("q={q}")) {
            Ok(_) => {}
            Err(refusal) => assert_eq!(refusal.code, "query_empty"),
        }
    }
    let long = "x".repeat(201);
    let refusal = query(&given, CYD, "search", &format!("q={long}")).unwrap_err();
    assert_eq!(refusal.code, "query_too_long");
}

#[test]
fn only_what_one_may_read_is_found() {
    let mut given = office_with_rooms();
    for room in [GROUP, DIRECT, CHANNEL, HALL] {
        post(given.by(BEN), room, "kunci rahasia");
    }
    let count = |given: &Given, person| found(given, person, "rahasia", "").len();
    assert_eq!(
        [BEN, CYD, ANN, GUS].map(|person| count(&given, person)),
        [4, 4, 1, 1]
    );
    given
        .by(BEN)
        .when(
            "remove-members",
            json!({ "conversation_id": GROUP, "people": [CYD] }),
        )
        .accepted("members-removed");
    assert_eq!(count(&given, CYD), 3);
    let elsewhere = format!("q=rahasia&conversation_id={GROUP}");
    let refusal = query(&given, CYD, "search", &elsewhere).unwrap_err();
    assert_eq!(refusal.code, "conversation_not_found");
}

#[test]
fn the_index_follows_edits_deletions_and_file_names() {
    let mut given = office_with_rooms();
    let id = post(given.by(BEN), GROUP, "旧的会议记录");
    given
        .when(
            "edit-message",
            json!({ "message_id": id, "text": "新的通知" }),
        )
        .accepted("message-edited");
    assert_eq!(found(&given, CYD, "会议", ""), [0; 0]);
    assert_eq!(found(&given, CYD, "通知", ""), [1]);
    given
        .when("delete-message", json!({ "message_id": id }))
        .accepted("message-deleted");
    assert_eq!(found(&given, CYD, "通知", ""), [0; 0]);
    let mut body = post_body(2, GROUP, "");
    body["attachments"] = json!([{ "attachment_id": message(5), "name": "anggaran 预算.xlsx",
        "type": "text/plain", "size": 3, "chunks": ["ab".repeat(32)], "copies": 2 }]);
    given.when("post-message", body).accepted("message-posted");
    assert_eq!(found(&given, CYD, "预算", ""), [2]);
    given
        .when(
            "edit-message",
            json!({ "message_id": message(2), "text": "lampiran" }),
        )
        .accepted("message-edited");
    assert_eq!(found(&given, CYD, "anggaran lampiran", ""), [2]);
    given
        .when("delete-message", json!({ "message_id": message(2) }))
        .accepted("message-deleted");
    assert_eq!(found(&given, CYD, "anggaran", ""), [0; 0]);
}

#[test]
fn results_are_filtered_and_paged_latest_first() {
    let mut given = office_with_rooms();
    let start = given.now();
    for i in 0..5 {
        given.at(start.plus_ms(i * 10));
        let author = if i % 2 == 0 { BEN } else { CYD };
        post(given.by(author), GROUP, "halo semua");
    }
    assert_eq!(found(&given, CYD, "halo", ""), [5, 4, 3, 2, 1]);
    assert_eq!(
        found(&given, CYD, "halo", &format!("&author={CYD}")),
        [4, 2]
    );
    assert_eq!(
        found(
            &given,
            CYD,
            "halo",
            &format!("&before={}", start.plus_ms(20))
        ),
        [2, 1]
    );
    assert_eq!(
        found(
            &given,
            CYD,
            "halo",
            &format!("&after={}", start.plus_ms(20))
        ),
        [5, 4, 3]
    );
    let first = query(&given, CYD, "search", "q=halo&limit=2").unwrap();
    let next = first["next"].as_str().unwrap();
    assert_eq!(
        found(&given, CYD, "halo", &format!("&limit=2&cursor={next}")),
        [3, 2]
    );
}

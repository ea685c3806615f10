//! A text without what somebody wrote, and with everything else.

use crate::testing::*;
use kernel::PutBackOutcome::{AlreadySo, Done, Impossible};
use kernel::testing::Given;
use kernel::{Aspect, PUT_BACK, PersonId, TextWish};
use proptest::prelude::*;
use serde_json::json;

/// Cyd may write too.
fn shared() -> Given {
    let mut given = office_with_notes();
    share(
        given.by(BEN),
        json!(PLANS),
        &[(CYD, "editor"), (EVE, "editor")],
    );
    given
}

fn types(given: &mut Given, person: PersonId, editor: &Editor, text: &str) {
    let body = editor.write(text);
    given
        .by(person)
        .when("update-document", body)
        .accepted("document-updated");
}

/// Everything `person` wrote.
fn all_of(given: &Given, person: PersonId) -> TextWish {
    let sql = "SELECT key & 0xffffffff FROM document_update WHERE author = ?1 ORDER BY key";
    let mut query = given.rows().prepare(sql).unwrap();
    let all = query.query_map([person], |row| row.get(0)).unwrap();
    TextWish::Without(all.collect::<Result<_, _>>().unwrap())
}

fn text() -> Aspect {
    Aspect::new("document", NOTES, "text")
}

fn put(given: &mut Given, wish: &TextWish) -> kernel::PutBackOutcome {
    let item = given.item(text(), json!(wish));
    given.by(ANN).put_back(vec![item]).remove(0)
}

#[test]
fn what_others_wrote_elsewhere_stays() {
    let mut given = shared();
    write(given.by(BEN), 5, "one\n\ntwo\n\nthree");
    write(given.by(CYD), 6, "one\n\nruined\n\nthree");
    write(given.by(BEN), 7, "one, more\n\nruined\n\nthree\n\nfour");
    write(
        given.by(CYD),
        8,
        "one, more\n\nruined\n\nthree\n\nfour\n\nspam",
    );
    let without = all_of(&given, CYD);
    assert_eq!(put(&mut given, &without), Done);
    assert_eq!(
        text_of(&given, NOTES),
        "one, more\n\ntwo\n\nthree\n\nfour\n"
    );
    assert_eq!(put(&mut given, &without), AlreadySo);
    given.assert_replays();
}

#[test]
fn whoever_replaced_everything_is_taken_back_and_what_came_later_stays() {
    let mut given = shared();
    write(
        given.by(BEN),
        5,
        "# Plan\n\nWe meet **today**.\n\n- tea\n- cake",
    );
    write(given.by(CYD), 6, "encrypted");
    write(given.by(EVE), 7, "encrypted\n\nWhat is this?");
    let without = all_of(&given, CYD);
    assert_eq!(put(&mut given, &without), Done);
    let text = text_of(&given, NOTES);
    let plan = "# Plan\n\nWe meet **today**.\n\n- tea\n- cake\n";
    assert!(text.starts_with(plan), "{text}");
    assert!(text.contains("What is this?"), "{text}");
    assert!(!text.contains("encrypted"), "{text}");
    given.assert_replays();
}

#[test]
fn deletions_are_taken_back_and_own_ones_do_not_come_up() {
    let mut given = shared();
    write(given.by(BEN), 5, "one\n\ntwo\n\nthree");
    let cyd = Editor::open(&given, 6, NOTES);
    types(&mut given, CYD, &cyd, "one");
    types(&mut given, CYD, &cyd, "one\n\nmine");
    types(&mut given, CYD, &cyd, "one");
    let without = all_of(&given, CYD);
    assert_eq!(put(&mut given, &without), Done);
    assert_eq!(text_of(&given, NOTES), "one\n\ntwo\n\nthree\n");
}

#[test]
fn two_in_the_same_paragraph_are_told_apart() {
    use yrs::updates::decoder::Decode;
    use yrs::{GetString, Text, Transact, XmlFragment, XmlTextPrelim};
    let mut given = shared();
    // Browsers that type into one text, as an editor does.
    let browser = |n: u64| yrs::Doc::with_client_id(n);
    let (ben, cyd) = (browser(21), browser(22));
    let send = |given: &mut Given, person: PersonId, update: Vec<u8>| {
        let update = crate::base64::encode(&update);
        let body = json!({ "document_id": NOTES, "update": update });
        given
            .by(person)
            .when("update-document", body)
            .accepted("document-updated");
    };
    let first = {
        let root = ben.get_or_insert_xml_fragment("default");
        let mut txn = ben.transact_mut();
        let paragraph = root.push_back(&mut txn, yrs::XmlElementPrelim::empty("paragraph"));
        paragraph.push_back(&mut txn, XmlTextPrelim::new("hello world"));
        txn.encode_update_v1()
    };
    send(&mut given, BEN, first.clone());
    let root = cyd.get_or_insert_xml_fragment("default");
    cyd.transact_mut()
        .apply_update(yrs::Update::decode_v1(&first).unwrap())
        .unwrap();
    let text_in = |doc: &yrs::Doc, root: &yrs::XmlFragmentRef| {
        let txn = doc.transact();
        let paragraph = root.get(&txn, 0).unwrap().into_xml_element().unwrap();
        paragraph.get(&txn, 0).unwrap().into_xml_text().unwrap()
    };
    let theirs = text_in(&cyd, &root);
    let spoilt = {
        let mut txn = cyd.transact_mut();
        theirs.remove_range(&mut txn, 0, 5);
        theirs.insert(&mut txn, 0, "damned");
        txn.encode_update_v1()
    };
    send(&mut given, CYD, spoilt.clone());
    let ours = text_in(&ben, &ben.get_or_insert_xml_fragment("default"));
    ben.transact_mut()
        .apply_update(yrs::Update::decode_v1(&spoilt).unwrap())
        .unwrap();
    let end = {
        let mut txn = ben.transact_mut();
        let len = ours.len(&txn);
        ours.insert(&mut txn, len, " and all");
        txn.encode_update_v1()
    };
    send(&mut given, BEN, end);
    assert_eq!(ours.get_string(&ben.transact()), "damned world and all");
    let without = all_of(&given, CYD);
    assert_eq!(put(&mut given, &without), Done);
    assert_eq!(text_of(&given, NOTES), "hello world and all\n");
    given.assert_replays();
}

#[test]
fn what_others_typed_inside_a_block_that_would_go_is_for_a_human_to_decide() {
    use yrs::updates::decoder::Decode;
    use yrs::{Text, Transact, XmlFragment};
    let mut given = shared();
    write(given.by(BEN), 5, "one");
    write(given.by(CYD), 6, "one\n\nspam");
    let state = crate::store::load(given.rows(), key(&given, NOTES), 0).unwrap();
    let state = yrs::Update::decode_v1(&state.state().unwrap()).unwrap();
    let eve = yrs::Doc::with_client_id(23);
    let root = eve.get_or_insert_xml_fragment("default");
    eve.transact_mut().apply_update(state).unwrap();
    let update = {
        let mut txn = eve.transact_mut();
        let block = root.get(&txn, 1).unwrap().into_xml_element().unwrap();
        let text = block.get(&txn, 0).unwrap().into_xml_text().unwrap();
        text.insert(&mut txn, 4, ", says who?");
        crate::base64::encode(&txn.encode_update_v1())
    };
    let body = json!({ "document_id": NOTES, "update": update });
    given
        .by(EVE)
        .when("update-document", body)
        .accepted("document-updated");
    let without = all_of(&given, CYD);
    let outcome = put(&mut given, &without);
    assert!(
        matches!(&outcome, Impossible(why) if why.starts_with("others wrote inside what would go: 11")),
        "{outcome:?}"
    );
    assert_eq!(text_of(&given, NOTES), "one\n\nspam, says who?\n");
    assert_eq!(put(&mut given, &TextWish::AsOf(1)), Done);
    assert_eq!(text_of(&given, NOTES), "one\n");
}

#[test]
fn a_moment_is_put_back_and_says_for_which_rewind() {
    let mut given = shared();
    write(given.by(BEN), 5, "one");
    write(given.by(CYD), 6, "two");
    let item = given.item(text(), json!(TextWish::AsOf(1)));
    let body = json!({ "rewind_id": comment(7), "items": [item] });
    let (events, _) = given.by(ANN).when(PUT_BACK, body).accepted_events();
    assert_eq!(text_of(&given, NOTES), "one\n");
    let origin = json!({ "put_back": { "rewind_id": comment(7), "seq": 1 } });
    assert_eq!(events[0].data["origin"], origin);
    assert_eq!(events[0].data["author"], json!(ANN));
    assert_eq!(events[1].kind, "changes-put-back");
    assert!(audience(&given, &events[1]).topics.is_empty());
    let gone = put(&mut given, &TextWish::AsOf(9));
    assert!(matches!(&gone, Impossible(why) if why.contains("no such update")));
    assert_eq!(put(&mut given, &TextWish::AsOf(0)), Done);
    assert_eq!(text_of(&given, NOTES), "");
    given.assert_replays();
}

#[test]
fn it_works_across_kept_states_and_with_many_writers() {
    let mut given = shared();
    let grants: Vec<_> = (10..30_u128)
        .map(|n| {
            let data =
                json!({ "person_id": person(n), "name": "x", "handle": "x", "role": "member" });
            directory(&mut given, "person-added", &data);
            (person(n), "editor")
        })
        .chain([(CYD, "editor")])
        .collect();
    share(given.by(BEN), json!(PLANS), &grants);
    let page = |count: u32, is_ruined: bool| {
        let line = |n: u32| match n % 7 {
            0 if is_ruined => format!("ruined {n}"),
            _ => format!("line {n}"),
        };
        (0..count).map(line).collect::<Vec<_>>().join("\n\n")
    };
    let ben = Editor::open(&given, 5, NOTES);
    // Beyond the first state that is kept.
    for n in 0..=crate::limits::SNAPSHOT_EVERY {
        types(
            &mut given,
            BEN,
            &ben,
            &page(59 + u32::from(n % 2 == 1), false),
        );
    }
    types(&mut given, BEN, &ben, &page(60, false));
    write(given.by(CYD), 6, &page(60, true));
    let mut whole = page(60, true);
    let mut wanted = page(60, false);
    for n in 10..30_u128 {
        let more = format!("\n\nfrom {n}");
        whole.push_str(&more);
        wanted.push_str(&more);
        let client = u32::try_from(n).unwrap() + 100;
        write(given.by(person(n)), client, &whole);
    }
    let without = all_of(&given, CYD);
    assert_eq!(put(&mut given, &without), Done);
    assert_eq!(text_of(&given, NOTES), format!("{wanted}\n"));
    given.assert_replays();
}

/// Somebody changes one of the blocks that are theirs.
#[derive(Clone, Debug)]
struct Edit {
    is_attacker: bool,
    block: usize,
    word: String,
}

fn edit() -> impl Strategy<Value = Edit> {
    (any::<bool>(), 0..3_usize, "[a-z]{1,6}").prop_map(|(is_attacker, block, word)| Edit {
        is_attacker,
        block,
        word,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn without_somebody_in_blocks_of_their_own_is_what_the_others_made(
        edits in prop::collection::vec(edit(), 1..30),
    ) {
        let mut given = shared();
        let mut blocks: Vec<String> = (0..6).map(|n| format!("block {n}")).collect();
        let mut others = blocks.clone();
        write(given.by(BEN), 5, &blocks.join("\n\n"));
        for (n, edit) in (10..).zip(&edits) {
            // Even blocks are the attacker's to change, odd ones everybody else's.
            let at = edit.block * 2 + usize::from(!edit.is_attacker);
            let text = format!("{} {}", edit.word, n);
            blocks[at].clone_from(&text);
            if !edit.is_attacker {
                others[at] = text;
            }
            let person = if edit.is_attacker { CYD } else { EVE };
            write(given.by(person), n, &blocks.join("\n\n"));
        }
        let without = all_of(&given, CYD);
        let _ = put(&mut given, &without);
        prop_assert_eq!(text_of(&given, NOTES), format!("{}\n", others.join("\n\n")));
        given.assert_replays();
    }
}

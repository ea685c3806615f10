//! The office the tests play in: Ann owns it, Ben, Cyd and Eve are members, Gus is a guest, Dea was
//! deactivated, and nobody knows the stranger. Ben made the folder PLANS at the top, where Cyd is a
//! viewer, and in it the document NOTES.

use crate::content::{Content, from_markdown, markdown};
use crate::{
    CommentId, DepartmentId, DocumentId, Documents, FolderId, GroupId, QUERIES, VersionId, base64,
};
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{
    Actor, Audience, Command, DecideError, Event, Module, PersonId, Refusal, Timestamp, Topic,
};
use serde_json::{Value, json};

pub const ANN: PersonId = person(1);
pub const BEN: PersonId = person(2);
pub const CYD: PersonId = person(3);
pub const GUS: PersonId = person(4);
pub const DEA: PersonId = person(5);
pub const EVE: PersonId = person(6);
pub const STRANGER: PersonId = person(99);

pub const PLANS: FolderId = folder(1);
pub const NOTES: DocumentId = document(1);

pub const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xa000 + n))
}

pub const fn folder(n: u128) -> FolderId {
    FolderId(Uuid::from_u128(0xf000_0000 + n))
}

pub const fn document(n: u128) -> DocumentId {
    DocumentId(Uuid::from_u128(0xd000_0000 + n))
}

pub const fn comment(n: u128) -> CommentId {
    CommentId(Uuid::from_u128(0xc000_0000 + n))
}

pub const fn version(n: u128) -> VersionId {
    VersionId(Uuid::from_u128(0xe000_0000 + n))
}

pub const fn group(n: u128) -> GroupId {
    GroupId(Uuid::from_u128(0x9000 + n))
}

pub const fn department(n: u128) -> DepartmentId {
    DepartmentId(Uuid::from_u128(0x8000 + n))
}

/// The people, without folders.
pub fn office() -> Given {
    let mut given = Given::module(Documents);
    for (role, permissions) in [
        ("owner", json!(["people.manage", "workspace.manage"])),
        ("member", json!(["messages.send"])),
        ("guest", json!(["messages.send"])),
    ] {
        let data = json!({ "role": role, "permissions": permissions, "built_in": true });
        directory(&mut given, "role-defined", &data);
    }
    for (person, role) in [
        (ANN, "owner"),
        (BEN, "member"),
        (CYD, "member"),
        (DEA, "member"),
        (EVE, "member"),
        (GUS, "guest"),
    ] {
        let data = json!({ "person_id": person, "name": "x", "handle": "x", "role": role });
        directory(&mut given, "person-added", &data);
    }
    deactivate(&mut given, DEA);
    given
}

/// The people, the folder and the document.
pub fn office_with_notes() -> Given {
    let mut given = office();
    given
        .by(BEN)
        .when(
            "create-folder",
            json!({ "folder_id": PLANS, "name": "Plans" }),
        )
        .accepted("folder-created");
    let body = json!({ "document_id": NOTES, "folder_id": PLANS, "title": "Notes" });
    given
        .when("create-document", body)
        .accepted("document-created");
    share(&mut given, json!(PLANS), &[(CYD, "viewer")]);
    given
}

/// Lets others in, as the present actor, who stays a manager.
pub fn share(given: &mut Given, item: Value, with: &[(PersonId, &str)]) {
    let mut grants = vec![json!({ "to": { "person": BEN }, "role": "manager" })];
    grants.extend(
        with.iter()
            .map(|(person, role)| json!({ "to": { "person": person }, "role": role })),
    );
    let body = json!({ "item_id": item, "inherits": true, "grants": grants });
    given.when("set-permissions", body).result().unwrap();
}

pub fn directory(given: &mut Given, kind: &str, data: &Value) {
    given.follows("directory", vec![Event::new(kind, 1, data)]);
}

pub fn quarantine(given: &mut Given, person: PersonId) {
    let because = json!({ "text": "An alarm" });
    let fact = json!({ "person_id": person, "because": because });
    directory(given, "person-quarantined", &fact);
}

pub fn release(given: &mut Given, person: PersonId, is_active: bool) {
    let fact = json!({ "person_id": person, "by": { "person": ANN }, "is_active": is_active,
        "note": "A restore" });
    directory(given, "person-released", &fact);
}

pub fn deactivate(given: &mut Given, person: PersonId) {
    directory(given, "person-deactivated", &json!({ "person_id": person }));
}

/// A browser with a document open in it.
pub struct Editor {
    content: Content,
    document: DocumentId,
}

impl Editor {
    /// One that makes changes under `client` and knows nothing yet.
    pub fn new(client: u32, document: DocumentId) -> Self {
        Self {
            content: Content::empty(client),
            document,
        }
    }

    /// One that has read the document.
    pub fn open(given: &Given, client: u32, document: DocumentId) -> Self {
        let editor = Self::new(client, document);
        let state = crate::store::load(given.rows(), key(given, document), 0)
            .unwrap()
            .state()
            .unwrap();
        editor.content.apply(&state).unwrap();
        editor
    }

    /// Makes the text this one; the parameters of `update-document`.
    pub fn write(&self, text: &str) -> Value {
        self.try_write(text).expect("the text is another one")
    }

    /// The same; none where the text is this one already.
    pub fn try_write(&self, text: &str) -> Option<Value> {
        let blocks = from_markdown(text).unwrap();
        let update = self.content.rewrite(&blocks).unwrap()?;
        Some(json!({ "document_id": self.document, "update": base64::encode(&update) }))
    }
}

/// Writes a text as the present actor, from a fresh browser.
pub fn write(given: &mut Given, client: u32, text: &str) {
    let body = Editor::open(given, client, NOTES).write(text);
    given
        .when("update-document", body)
        .accepted("document-updated");
}

/// The document as Markdown, as the view has it.
pub fn text_of(given: &Given, document: DocumentId) -> String {
    let content = crate::store::load(given.rows(), key(given, document), 0).unwrap();
    markdown(&content.blocks().unwrap())
}

pub fn key(given: &Given, document: DocumentId) -> i64 {
    crate::place::item_key(given.rows(), document.into())
        .unwrap()
        .unwrap()
}

/// Asks a query through the module's door.
pub fn query(given: &Given, by: PersonId, name: &str, params: &str) -> Result<Value, Refusal> {
    let spec = QUERIES.iter().find(|spec| spec.name == name).unwrap();
    match (spec.run)(given.rows(), &Actor::Person(by), params) {
        Ok(answer) => Ok(answer),
        Err(DecideError::Refused(refusal)) => Err(refusal),
        Err(DecideError::View(error)) => panic!("{name} fails: {error}"),
    }
}

pub fn due(given: &Given, now: Timestamp) -> Vec<Command> {
    Documents.due(given.rows(), now).unwrap()
}

/// Merges and indexes what rests, ten seconds from now.
pub fn settle(given: &mut Given) {
    let later = Timestamp(given.now().millis() + 10_000);
    given.at(later);
    for command in due(given, later) {
        given.decide(command).accepted("document-settled");
    }
}

pub fn audience(given: &Given, event: &Event) -> Audience {
    Documents.audience(given.rows(), event).unwrap()
}

pub fn topics(given: &Given, person: PersonId) -> Vec<Topic> {
    Documents.topics(given.rows(), person).unwrap()
}

/// A file of three bytes.
pub fn file(n: u128, name: &str) -> Value {
    json!({ "attachment_id": comment(n), "name": name, "type": "text/plain", "size": 3,
            "chunks": ["ab".repeat(32)], "copies": 2 })
}

//! Rewinds over HTTP: what one person changed is taken back by two others, and nothing else is.

use super::support::*;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

struct World {
    installation: Installation,
    workspace: WorkspaceId,
    /// Holds `protection.manage` besides the operator, who owns the workspace.
    second: String,
    since: i64,
}

impl World {
    async fn begin() -> Self {
        let world = Self::unattended().await;
        for door in [&world.installation.a, world.installation.b()] {
            let rewinds = Arc::clone(&door.site.rewinds);
            tokio::spawn(rewinds.keep(Arc::clone(&door.site), || false));
        }
        world
    }

    /// Nobody carries rewinds out.
    async fn unattended() -> Self {
        let installation = Installation::two_sites().await;
        let workspace = installation.workspace("Harbour").await;
        for module in ["documents", "messaging", "protection"] {
            let id = PartitionId::new(workspace, module);
            eventually(async || installation.b().site.has_partition(&id)).await;
        }
        let mut world = Self {
            second: String::new(),
            since: 0,
            installation,
            workspace,
        };
        world.second = world.admin("second").await.1;
        world
    }

    fn owner(&self) -> &str {
        &self.installation.operator
    }

    async fn admin(&self, user: &str) -> (Uuid, String) {
        let (person, token) = self.installation.member(self.workspace, user).await;
        let assign = json!({ "person_id": person, "role": "admin" });
        self.does(self.owner(), "directory/assign-role", assign)
            .await;
        (person, token)
    }

    /// Sends until the module knows the people concerned.
    async fn does(&self, token: &str, path: &str, command: Value) -> Value {
        let body = envelope(Some(self.workspace), command);
        let path = format!("/api/{path}");
        let router = &self.installation.a.router;
        eventually(async || post(router, &path, Some(token), &body).await.status == 200).await;
        post(router, &path, Some(token), &body).await.ok()["answer"].clone()
    }

    async fn asks(&self, token: &str, path: &str, more: &str) -> Answer {
        let path = format!("/api/{path}?workspace_id={}{more}", self.workspace);
        get(&self.installation.a.router, &path, token).await
    }

    /// From here on it is the attacker's time.
    async fn attack_begins(&mut self) {
        // Two entries of one millisecond could not be told apart by time.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        self.since = self.installation.a.site.clock.now().millis();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    async fn plan(&self, more: &str) -> Value {
        let is_ready = async || {
            let answer = self
                .asks(&self.second, "protection/rewind-plan", more)
                .await;
            answer.status == 200 && answer.json()["state"] == "ready"
        };
        eventually(is_ready).await;
        self.asks(&self.second, "protection/rewind-plan", more)
            .await
            .json()
    }

    /// Proposed by the owner, approved by the second; what it came to.
    async fn rewinds(&self, selection: Value, choices: Value) -> Value {
        let id = new_id();
        let propose = json!({ "rewind_id": id, "selection": selection, "note": "stolen account" });
        self.does(self.owner(), "protection/propose-rewind", propose)
            .await;
        let approve = json!({ "rewind_id": id, "choices": choices });
        self.does(&self.second, "protection/approve-rewind", approve)
            .await;
        let more = format!("&rewind_id={id}");
        let state = async || {
            let answer = self
                .asks(&self.second, "protection/rewind-progress", &more)
                .await;
            answer.json()["state"].clone()
        };
        eventually(async || state().await == "completed").await;
        let list = self
            .asks(&self.second, "protection/rewind-list", &more)
            .await;
        list.json()["items"][0].clone()
    }

    async fn role_of(&self, person: Uuid) -> Value {
        let more = format!("&person_id={person}");
        let answer = self.asks(self.owner(), "directory/person", &more).await;
        answer.json()["role"].clone()
    }
}

#[tokio::test]
async fn what_one_person_did_is_taken_back_and_what_others_did_stays() {
    let mut world = World::begin().await;
    let (mallory, token) = world.admin("mallory").await;
    let (ann, _) = world.installation.member(world.workspace, "ann").await;
    let (ben, _) = world.installation.member(world.workspace, "ben").await;
    let (crew, night) = (new_id(), new_id());
    for (group, name) in [(crew, "Crew"), (night, "Night shift")] {
        let create = json!({ "group_id": group, "name": name });
        world
            .does(world.owner(), "directory/create-group", create)
            .await;
    }
    let members = json!({ "group_id": crew, "people": [ann, ben] });
    world
        .does(world.owner(), "directory/add-group-members", members)
        .await;
    world.attack_begins().await;

    let rename = json!({ "group_id": crew, "name": "Pwned" });
    world.does(&token, "directory/rename-group", rename).await;
    let rename = json!({ "group_id": night, "name": "Pwned too" });
    world.does(&token, "directory/rename-group", rename).await;
    let remove = json!({ "group_id": crew, "people": [ann] });
    world
        .does(&token, "directory/remove-group-members", remove)
        .await;
    let assign = json!({ "person_id": ben, "role": "admin" });
    world.does(&token, "directory/assign-role", assign).await;
    // Somebody puts one thing right by hand meanwhile, another way than it was.
    let rename = json!({ "group_id": night, "name": "Night watch" });
    world
        .does(&world.second, "directory/rename-group", rename)
        .await;

    let asked = format!("&person_id={mallory}&since={}", world.since);
    let plan = world.plan(&asked).await;
    assert_eq!(plan["entries"], 4, "{plan}");
    assert_eq!(plan["changes"], 3, "{plan}");
    let wanted: Vec<String> = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            format!(
                "{} {} {}",
                item["aspect"]["aspect"], item["now"], item["wanted"]
            )
        })
        .collect();
    assert!(
        wanted.contains(&"\"name\" \"Pwned\" \"Crew\"".to_owned()),
        "{wanted:?}"
    );

    let selection = json!({ "person": { "person_id": mallory, "since": world.since } });
    let rewind = world.rewinds(selection.clone(), json!({})).await;
    assert_eq!(rewind["outcome"]["done"], 3, "{rewind}");
    assert_eq!(rewind["outcome"]["left_over_count"], 0, "{rewind}");
    assert_eq!(world.role_of(ben).await, "member");
    let groups = world
        .asks(world.owner(), "directory/group-list", "")
        .await
        .json();
    let names: Vec<&str> = groups["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|g| g["name"].as_str())
        .collect();
    assert_eq!(names, ["Crew", "Night watch"]);
    let members = world
        .asks(
            world.owner(),
            "directory/group-members",
            &format!("&group_id={crew}"),
        )
        .await
        .json();
    assert_eq!(members["items"].as_array().unwrap().len(), 2, "{members}");

    // Again finds nothing; and it can itself be taken back.
    let plan = world
        .plan(&format!(
            "&rewind_id={}",
            rewind["rewind_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(plan["changes"], 0, "{plan}");
    let undo = json!({ "rewind": { "rewind_id": rewind["rewind_id"] } });
    let undone = world.rewinds(undo, json!({})).await;
    assert_eq!(undone["outcome"]["done"], 3, "{undone}");
    assert_eq!(world.role_of(ben).await, "admin");
}

/// A Yjs update by client 5: a paragraph that says "hello".
const HELLO: &str = "AQMFAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcABQAGBAAFAQVoZWxsbwA=";

#[tokio::test]
async fn what_others_put_into_something_made_stays_and_so_does_what_they_write_meanwhile() {
    let mut world = World::begin().await;
    let (mallory, token) = world.admin("mallory").await;
    let (_, ann) = world.installation.member(world.workspace, "ann").await;
    let old = new_id();
    let create = json!({ "document_id": old, "title": "Minutes" });
    world
        .does(world.owner(), "documents/create-document", create)
        .await;
    let share = json!({ "item_id": old, "inherits": true, "grants": [{ "to": "everyone", "role": "editor" }] });
    world
        .does(world.owner(), "documents/set-permissions", share)
        .await;
    world.attack_begins().await;

    let (folder, spoilt, inside) = (new_id(), new_id(), new_id());
    let create = json!({ "folder_id": folder, "name": "Project X" });
    world.does(&token, "documents/create-folder", create).await;
    let share = json!({ "item_id": folder, "inherits": true, "grants": [{ "to": "everyone", "role": "editor" }] });
    world.does(&token, "documents/set-permissions", share).await;
    let create = json!({ "document_id": spoilt, "title": "Mine" });
    world
        .does(&token, "documents/create-document", create)
        .await;
    let create = json!({ "document_id": inside, "folder_id": folder, "title": "Ann's plan" });
    world.does(&ann, "documents/create-document", create).await;
    let update = json!({ "document_id": old, "update": HELLO });
    world
        .does(&token, "documents/update-document", update)
        .await;

    // The text is asked for without the person's updates, not as it was: somebody may write meanwhile.
    let plan = world
        .plan(&format!("&person_id={mallory}&since={}", world.since))
        .await;
    let of = |object: Uuid, aspect: &str| {
        let items = plan["items"].as_array().unwrap().iter();
        let mut found = items.filter(|item| {
            item["aspect"]["object"] == json!(object) && item["aspect"]["aspect"] == aspect
        });
        found.next().cloned().unwrap_or_default()
    };
    assert_eq!(
        of(old, "text")["wanted"],
        json!({ "without": [1] }),
        "{plan}"
    );
    assert_eq!(of(folder, "exists")["is_kept"], true, "{plan}");
    assert_eq!(of(spoilt, "exists")["is_kept"], false, "{plan}");

    let selection = json!({ "person": { "person_id": mallory, "since": world.since } });
    let rewind = world.rewinds(selection, json!({})).await;
    assert_eq!(rewind["outcome"]["left_over_count"], 0, "{rewind}");
    let text = async |document: Uuid| {
        let more = format!("&document_id={document}");
        world
            .asks(world.owner(), "documents/export-markdown", &more)
            .await
            .json()["markdown"]
            .clone()
    };
    assert_eq!(text(old).await, "");
    let trashed = async |document: Uuid| {
        let more = format!("&document_id={document}");
        world
            .asks(world.owner(), "documents/document", &more)
            .await
            .json()["is_trashed"]
            .clone()
    };
    assert_eq!(trashed(inside).await, false);
    assert_eq!(trashed(spoilt).await, true);
}

#[tokio::test]
async fn the_other_site_goes_on_where_the_leading_one_was_lost() {
    let mut world = World::unattended().await;
    let (mallory, token) = world.admin("mallory").await;
    let groups: Vec<Uuid> = (0..120).map(|_| new_id()).collect();
    for (n, group) in groups.iter().enumerate() {
        let create = json!({ "group_id": group, "name": format!("Crew {n}") });
        world
            .does(world.owner(), "directory/create-group", create)
            .await;
    }
    world.attack_begins().await;
    for (n, group) in groups.iter().enumerate() {
        let rename = json!({ "group_id": group, "name": format!("Pwned {n}") });
        world.does(&token, "directory/rename-group", rename).await;
    }
    let id = new_id();
    let selection = json!({ "person": { "person_id": mallory, "since": world.since } });
    let propose = json!({ "rewind_id": id, "selection": selection, "note": "stolen account" });
    world
        .does(world.owner(), "protection/propose-rewind", propose)
        .await;
    world
        .does(
            &world.second,
            "protection/approve-rewind",
            json!({ "rewind_id": id }),
        )
        .await;

    let renamed = async || {
        let list = world
            .asks(world.owner(), "directory/group-list", "&limit=200")
            .await
            .json();
        let names = list["items"].as_array().cloned().unwrap_or_default();
        names
            .iter()
            .filter(|group| {
                group["name"]
                    .as_str()
                    .is_some_and(|n| n.starts_with("Crew"))
            })
            .count()
    };
    let a = &world.installation.a.site;
    let leading = tokio::spawn(Arc::clone(&a.rewinds).keep(Arc::clone(a), || true));
    eventually(async || renamed().await > 0).await;
    leading.abort();
    // It is taken over where it was, and completed.
    let b = &world.installation.b().site;
    tokio::spawn(Arc::clone(&b.rewinds).keep(Arc::clone(b), || true));
    let more = format!("&rewind_id={id}");
    let state = async || {
        let answer = world
            .asks(&world.second, "protection/rewind-list", &more)
            .await
            .json();
        answer["items"][0].clone()
    };
    eventually(async || state().await["state"] == "completed").await;
    let outcome = state().await["outcome"].clone();
    assert_eq!(outcome["left_over_count"], 0, "{outcome}");
    eventually(async || renamed().await == groups.len()).await;
}

#[tokio::test]
async fn plans_are_for_those_who_watch_over_the_workspace() {
    let world = World::begin().await;
    let (member, token) = world.installation.member(world.workspace, "ann").await;
    let (_, stranger) = world.installation.account("eve").await;
    let more = format!("&person_id={member}&since=0");
    let path = "protection/rewind-plan";
    eventually(async || world.asks(&token, path, &more).await.code() == "not_permitted").await;
    let refused = world.asks(&stranger, path, &more).await;
    assert_eq!(refused.code(), "workspace_not_found");
    let refused = world.asks(&world.second, path, "").await;
    assert_eq!(refused.code(), "malformed");
    let unknown = format!("&rewind_id={}", new_id());
    let refused = world.asks(&world.second, path, &unknown).await;
    assert_eq!(refused.code(), "rewind_not_found");
}

#[tokio::test]
async fn one_thing_is_brought_back_and_the_rest_stays() {
    let mut world = World::begin().await;
    let (crew, night) = (new_id(), new_id());
    for (group, name) in [(crew, "Crew"), (night, "Night shift")] {
        let create = json!({ "group_id": group, "name": name });
        world
            .does(world.owner(), "directory/create-group", create)
            .await;
    }
    world.attack_begins().await;
    for (group, name) in [(crew, "Crew 2"), (night, "Night shift 2")] {
        let rename = json!({ "group_id": group, "name": name });
        world
            .does(world.owner(), "directory/rename-group", rename)
            .await;
    }
    world
        .does(
            world.owner(),
            "directory/delete-group",
            json!({ "group_id": crew }),
        )
        .await;
    let objects = json!([{ "module": "directory", "kind": "group", "object": crew }]);
    let asked = format!(
        "&to={}&objects={}",
        world.since,
        objects.to_string().replace('"', "%22")
    );
    let plan = world.plan(&asked).await;
    assert!(plan["changes"].as_u64() >= Some(1), "{plan}");
    let selection = json!({ "moment": { "to": world.since, "objects": objects } });
    let rewind = world.rewinds(selection, json!({})).await;
    assert_eq!(rewind["outcome"]["left_over_count"], 0, "{rewind}");
    let groups = world
        .asks(world.owner(), "directory/group-list", "")
        .await
        .json();
    let names: Vec<&str> = groups["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|g| g["name"].as_str())
        .collect();
    assert_eq!(names, ["Crew", "Night shift 2"]);
    let refused = world
        .asks(&world.second, "protection/rewind-plan", "&to=5&objects=[]")
        .await;
    assert_eq!(refused.code(), "malformed");
}

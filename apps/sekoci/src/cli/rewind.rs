//! `sekoci rewind`: take back what one person changed, and that alone. One person proposes, another
//! approves.

use super::workspace::workspace;
use super::{Connection, Failure, Reporting, moment};
use clap::{Args, Subcommand};
use client::Client;
use kernel::id::Uuid;
use kernel::{Timestamp, WorkspaceId};
use serde_json::{Value, json};
use std::time::Duration;

/// How often a plan or a rewind that is under way is asked after.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Arguments of `sekoci rewind`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: RewindCommand,
}

#[derive(Subcommand)]
enum RewindCommand {
    /// Show what a rewind would put back; propose it where --propose gives the reason
    Plan(Plan),
    /// Approve, as a second person, of a rewind that was proposed, and wait until it is carried out
    Apply(Apply),
    /// Withdraw a rewind that was proposed
    Withdraw(Withdraw),
    /// List rewinds, the newest first
    List(List),
}

/// Where.
#[derive(Args)]
struct Where {
    /// Name or id of the workspace
    #[arg(long, value_name = "WORKSPACE")]
    workspace: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
struct Plan {
    /// Whose changes: a handle or a person's id
    #[arg(
        long,
        value_name = "PERSON",
        requires = "since",
        required_unless_present = "rewind"
    )]
    actor: Option<String>,
    /// From when on
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    since: Option<Timestamp>,
    /// Until when; until now where absent
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    until: Option<Timestamp>,
    /// Instead of a person's changes, what this rewind put back
    #[arg(long, value_name = "ID", conflicts_with_all = ["actor", "since", "until", "to"], requires = "propose")]
    rewind: Option<Uuid>,
    /// Instead of a person's changes, everything anybody changed after this moment: back to what was
    #[arg(long, value_name = "TIME", value_parser = moment::parse, conflicts_with_all = ["actor", "since", "until"])]
    to: Option<Timestamp>,
    /// With --to: only this object, as MODULE/KIND/ID; may be given several times
    #[arg(long = "object", value_name = "OBJECT", value_parser = object, requires = "to")]
    objects: Vec<Value>,
    /// Propose it, for this reason
    #[arg(long, value_name = "REASON")]
    propose: Option<String>,
    #[command(flatten)]
    place: Where,
}

#[derive(Args)]
struct Apply {
    /// The rewind
    #[arg(value_name = "ID")]
    rewind: Uuid,
    /// Objects that stay as they are, by their ids
    #[arg(long, value_name = "ID")]
    keep: Vec<String>,
    /// Objects that are put back although others worked on what the person made
    #[arg(long, value_name = "ID")]
    put_back: Vec<String>,
    /// Documents whose text becomes what it was before the person's first change, although others
    /// wrote in it too
    #[arg(long, value_name = "ID")]
    as_before: Vec<String>,
    #[command(flatten)]
    place: Where,
}

#[derive(Args)]
struct Withdraw {
    /// The rewind
    #[arg(value_name = "ID")]
    rewind: Uuid,
    #[command(flatten)]
    place: Where,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    place: Where,
}

/// Runs it.
///
/// # Errors
/// When an argument cannot be used, the installation refuses, or something could not be put back.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        RewindCommand::Plan(plan) => super::block_on(plan.run()),
        RewindCommand::Apply(apply) => super::block_on(apply.run()),
        RewindCommand::Withdraw(withdraw) => super::block_on(withdraw.run()),
        RewindCommand::List(list) => super::block_on(list.run()),
    }
}

/// A workspace of an installation.
struct Door {
    client: Client,
    workspace: WorkspaceId,
}

impl Where {
    async fn open(&self) -> Result<Door, Failure> {
        self.reporting.check()?;
        let client = self.connection.client()?;
        let workspace = workspace(&client, &self.workspace).await?;
        Ok(Door { client, workspace })
    }
}

impl Door {
    async fn ask(&self, query: &str, asked: &[(&str, String)]) -> Result<Value, Failure> {
        let workspace = Some(self.workspace);
        Ok(self
            .client
            .query("protection", query, workspace, asked)
            .await?)
    }

    async fn send(&self, name: &str, body: Value) -> Result<(), Failure> {
        let command = self
            .client
            .new_command("protection", name, body)
            .in_workspace(self.workspace);
        self.client.command(&command).await?;
        Ok(())
    }

    /// A person by handle or id.
    async fn person(&self, wanted: &str) -> Result<Uuid, Failure> {
        if let Ok(id) = Uuid::parse_str(wanted) {
            return Ok(id);
        }
        let asked = [("search", wanted.to_owned()), ("status", "all".into())];
        let people: Vec<Value> = self
            .client
            .query_all("directory", "person-list", Some(self.workspace), &asked)
            .await?;
        let handle = wanted.trim_start_matches('@').to_lowercase();
        let found = people.iter().find(|person| {
            let own = person["handle"].as_str().unwrap_or_default();
            own.to_lowercase() == handle
        });
        let id = found.and_then(|person| person["id"].as_str()?.parse().ok());
        id.ok_or_else(|| {
            let cause = format!("nobody in the workspace has the handle {wanted:?}");
            Failure::argument("--actor", cause)
        })
    }

    /// The whole plan; says how far it is.
    async fn plan(&self, asked: &[(&str, String)]) -> Result<Value, Failure> {
        let mut asked = asked.to_vec();
        asked.push(("limit", "200".into()));
        let mut whole: Option<Value> = None;
        loop {
            let page = self.ask("rewind-plan", &asked).await?;
            if page["state"] == "preparing" {
                eprintln!(
                    "rewind: {} of {} entries looked at",
                    page["scanned"], page["to_scan"]
                );
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            let next = page["next"].as_str().map(str::to_owned);
            let items = page["items"].as_array().cloned().unwrap_or_default();
            let plan = whole.get_or_insert_with(|| {
                let mut plan = page.clone();
                plan["items"] = json!([]);
                plan["next"] = Value::Null;
                plan
            });
            if let Some(all) = plan["items"].as_array_mut() {
                all.extend(items);
            }
            asked.retain(|(name, _)| *name != "cursor");
            match next {
                Some(next) => asked.push(("cursor", next)),
                None => return Ok(whole.unwrap_or_default()),
            }
        }
    }

    async fn rewind(&self, id: Uuid) -> Result<Value, Failure> {
        let page = self
            .ask("rewind-list", &[("rewind_id", id.to_string())])
            .await?;
        match &page["items"][0] {
            Value::Null => Err(Failure::argument("ID", "there is no such rewind")),
            found => Ok(found.clone()),
        }
    }
}

impl Plan {
    async fn run(self) -> Result<(), Failure> {
        let door = self.place.open().await?;
        let (selection, asked) = self.selection(&door).await?;
        let mut rewind = None;
        let plan = match &self.propose {
            Some(reason) => {
                let id = door.client.new_uuid();
                let body = json!({ "rewind_id": id, "selection": selection, "note": reason });
                door.send("propose-rewind", body).await?;
                rewind = Some(id);
                door.plan(&[("rewind_id", id.to_string())]).await?
            }
            None => door.plan(&asked).await?,
        };
        let mut report = plan.clone();
        report["rewind_id"] = json!(rewind);
        self.place.reporting.write(&report)?;
        if !self.place.reporting.is_stdout() {
            print_plan(&plan);
            if let Some(id) = rewind {
                println!("proposed as {id}; another person approves: sekoci rewind apply {id}");
            }
        }
        Ok(())
    }

    async fn selection(
        &self,
        door: &Door,
    ) -> Result<(Value, Vec<(&'static str, String)>), Failure> {
        if let Some(rewind) = self.rewind {
            return Ok((json!({ "rewind": { "rewind_id": rewind } }), Vec::new()));
        }
        if let Some(to) = self.to {
            let mut moment = json!({ "to": to });
            if !self.objects.is_empty() {
                moment["objects"] = json!(self.objects);
            }
            let objects = json!(self.objects).to_string();
            let mut asked = vec![("to", to.millis().to_string())];
            if !self.objects.is_empty() {
                asked.push(("objects", objects));
            }
            return Ok((json!({ "moment": moment }), asked));
        }
        let (Some(actor), Some(since)) = (&self.actor, self.since) else {
            return Err(Failure::argument("--actor", "is missing, with --since"));
        };
        let person = door.person(actor).await?;
        let selection = json!({ "person": {
            "person_id": person, "since": since, "until": self.until,
        }});
        let mut asked = vec![
            ("person_id", person.to_string()),
            ("since", since.millis().to_string()),
        ];
        asked.extend(
            self.until
                .map(|until| ("until", until.millis().to_string())),
        );
        Ok((selection, asked))
    }
}

impl Apply {
    async fn run(self) -> Result<(), Failure> {
        let door = self.place.open().await?;
        let plan = door.plan(&[("rewind_id", self.rewind.to_string())]).await?;
        let items = plan["items"].as_array().cloned().unwrap_or_default();
        let chosen = |wanted: &[String]| -> Result<Vec<Value>, Failure> {
            let of = |id: &str| {
                let is_it = |item: &&Value| text(&item["aspect"]["object"]) == id;
                items
                    .iter()
                    .filter(is_it)
                    .map(|item| item["aspect"].clone())
                    .collect::<Vec<_>>()
            };
            let mut all = Vec::new();
            for id in wanted {
                let found = of(id);
                if found.is_empty() {
                    let cause = format!("{id} is not in the plan");
                    return Err(Failure::argument(
                        "--keep, --put-back or --as-before",
                        cause,
                    ));
                }
                all.extend(found);
            }
            Ok(all)
        };
        let body = json!({ "rewind_id": self.rewind, "choices": {
            "keep": chosen(&self.keep)?,
            "put_back": chosen(&self.put_back)?,
            "as_before": chosen(&self.as_before)?,
        }});
        door.send("approve-rewind", body).await?;
        let rewind = self.wait(&door).await?;
        self.place.reporting.write(&rewind)?;
        let outcome = &rewind["outcome"];
        if !self.place.reporting.is_stdout() {
            println!(
                "{} things of {} objects put back, {} kept, {} changed since, {} could not be",
                outcome["done"],
                outcome["objects"],
                outcome["kept"],
                outcome["changed_since"],
                outcome["left_over_count"]
            );
        }
        if outcome["left_over_count"].as_u64().unwrap_or(0) == 0 {
            return Ok(());
        }
        let reason = outcome["left_over"][0]["reason"]
            .as_str()
            .unwrap_or_default();
        Err(Failure::failed(format!(
            "not everything could be put back: {reason}"
        )))
    }

    async fn wait(&self, door: &Door) -> Result<Value, Failure> {
        let asked = [("rewind_id", self.rewind.to_string())];
        loop {
            let progress = door.ask("rewind-progress", &asked).await?;
            if progress["state"] == "completed" {
                return door.rewind(self.rewind).await;
            }
            if !progress["to_do"].is_null() {
                eprintln!("rewind: {} of {}", progress["done"], progress["to_do"]);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Withdraw {
    async fn run(self) -> Result<(), Failure> {
        let door = self.place.open().await?;
        let body = json!({ "rewind_id": self.rewind });
        door.send("withdraw-rewind", body).await?;
        self.place.reporting.write(&door.rewind(self.rewind).await?)
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let door = self.place.open().await?;
        let workspace = Some(door.workspace);
        let rewinds: Vec<Value> = door
            .client
            .query_all("protection", "rewind-list", workspace, &[])
            .await?;
        self.place.reporting.write(&rewinds)?;
        if !self.place.reporting.is_stdout() {
            for rewind in &rewinds {
                let (id, state) = (text(&rewind["rewind_id"]), text(&rewind["state"]));
                println!("{id}  {state:<9}  {}", text(&rewind["note"]));
            }
        }
        Ok(())
    }
}

/// Reads `MODULE/KIND/ID`.
fn object(text: &str) -> Result<Value, String> {
    match text.split('/').collect::<Vec<_>>()[..] {
        [module, kind, object] if !object.is_empty() => {
            Ok(json!({ "module": module, "kind": kind, "object": object }))
        }
        _ => Err("an object is written MODULE/KIND/ID, as in documents/document/0192…".into()),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn print_plan(plan: &Value) {
    println!(
        "{} entries, {} objects, {} things differ, {} of them stay unless chosen otherwise",
        plan["entries"], plan["objects"], plan["changes"], plan["kept"]
    );
    for item in plan["items"].as_array().into_iter().flatten() {
        let aspect = &item["aspect"];
        let name = item["label"]
            .as_str()
            .unwrap_or_else(|| text(&aspect["object"]));
        let choice = if item["has_choice"] == true {
            "  (others wrote here too: --as-before or --keep, else without the person's changes)"
        } else {
            ""
        };
        let stays = if item["is_kept"] == true {
            "  (stays: others worked on it)"
        } else {
            ""
        };
        println!(
            "  {:<10} {:<9} {:<11} {name}: {} -> {}{stays}{choice}",
            text(&item["module"]),
            text(&aspect["kind"]),
            text(&aspect["aspect"]),
            item["now"],
            item["wanted"]
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_a_module_a_kind_and_an_id() {
        let read = object("documents/document/7").unwrap();
        assert_eq!(
            read,
            json!({ "module": "documents", "kind": "document", "object": "7" })
        );
        for bad in ["", "documents", "documents/document", "documents/document/"] {
            assert!(object(bad).is_err(), "{bad}");
        }
    }
}

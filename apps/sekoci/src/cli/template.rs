//! `sekoci template`: what a line of business usually depends on, brought into a workspace.

use super::workspace::workspace;
use super::{Connection, Failure, Reporting};
use ::programme::template::{LANGUAGES, Template, all, language, named, word};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Arguments of `sekoci template`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: TemplateCommand,
}

#[derive(Subcommand)]
enum TemplateCommand {
    /// List the templates there are
    List(List),
    /// Show what a template brings
    Show(Show),
    /// Add to a workspace what a template has and the workspace lacks
    Apply(Apply),
}

#[derive(Args)]
struct List {
    /// Language of names: en, id, zh-Hans, zh-Hant
    #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
    lang: Option<String>,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
struct Show {
    /// The template's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Language of names: en, id, zh-Hans, zh-Hant
    #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
    lang: Option<String>,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
struct Apply {
    /// The template's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Name or id of the workspace
    #[arg(long, value_name = "WORKSPACE")]
    workspace: String,
    /// Language of names: en, id, zh-Hans, zh-Hant; that of the user where absent
    #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
    lang: Option<String>,
    /// Only say what would be added and kept
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

/// Runs it.
///
/// # Errors
/// When there is no such template or workspace, or the installation refuses.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        TemplateCommand::List(list) => list.run(),
        TemplateCommand::Show(show) => show.run(),
        TemplateCommand::Apply(apply) => super::block_on(apply.run()),
    }
}

fn template(name: &str) -> Result<&'static Template, Failure> {
    named("NAME", name).map_err(|refusal| Failure::argument("NAME", refusal.detail))
}

impl List {
    fn run(&self) -> Result<(), Failure> {
        self.reporting.check()?;
        let language = chosen(self.lang.as_deref())?;
        let items: Vec<Value> = all()
            .iter()
            .map(|template| summary(template, language))
            .collect();
        if !self.reporting.is_stdout() {
            for template in all() {
                println!(
                    "{:<10}  {}",
                    template.name,
                    word(&template.summary, language)
                );
            }
        }
        self.reporting.write(&json!({ "templates": items }))
    }
}

impl Show {
    fn run(&self) -> Result<(), Failure> {
        self.reporting.check()?;
        let template = template(&self.name)?;
        let language = chosen(self.lang.as_deref())?;
        let shown = shown(template, language);
        if !self.reporting.is_stdout() {
            print_shown(&shown);
        }
        self.reporting.write(&shown)
    }
}

fn chosen(wished: Option<&str>) -> Result<&'static str, Failure> {
    language("--lang", wished, None).map_err(|refusal| Failure::argument("--lang", refusal.detail))
}

fn summary(template: &Template, language: &str) -> Value {
    json!({
        "template": template.name,
        "title": word(&template.title, language),
        "summary": word(&template.summary, language),
        "assets": template.assets.len(),
        "roles": template.roles.len(),
        "drills": template.drills.len(),
        "forms": template.forms.len(),
    })
}

fn shown(template: &Template, language: &str) -> Value {
    let mut shown = summary(template, language);
    let assets = template.assets.iter().map(|asset| {
        json!({
            "key": asset.key, "kind": asset.kind, "name": word(&asset.name, language),
            "depends_on": asset.depends_on, "rto_minutes": asset.rto_minutes,
            "rpo_minutes": asset.rpo_minutes,
        })
    });
    let roles = template.roles.iter().map(|role| {
        json!({
            "role": role.key, "name": word(&role.name, language),
            "duty": word(&role.duty, language), "deputies": role.deputies,
        })
    });
    let drills = template.drills.iter();
    let drills =
        drills.map(|drill| json!({"scenario": drill.scenario, "every_days": drill.every_days}));
    let forms = template.forms.iter().map(|form| {
        let fields = form.fields.iter().map(|field| word(&field.name, language));
        json!({
            "form": form.key, "name": word(&form.name, language),
            "fields": fields.collect::<Vec<_>>(),
        })
    });
    shown["assets"] = assets.collect();
    shown["roles"] = roles.collect();
    shown["drills"] = drills.collect();
    shown["forms"] = forms.collect();
    shown["clauses"] = json!(template.clauses);
    shown
}

fn print_shown(shown: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    println!("{}: {}", text(&shown["title"]), text(&shown["summary"]));
    for (part, key, name) in [
        ("assets", "key", "name"),
        ("roles", "role", "name"),
        ("drills", "scenario", ""),
        ("forms", "form", "name"),
    ] {
        println!("{part}:");
        for item in shown[part].as_array().into_iter().flatten() {
            println!("  {:<32}  {}", text(&item[key]), text(&item[name]));
        }
    }
}

impl Apply {
    async fn run(&self) -> Result<(), Failure> {
        self.reporting.check()?;
        // Known here already: nobody has to sign in to be told of a slip.
        let template = template(&self.name)?;
        let client = self.connection.client()?;
        let workspace = workspace(&client, &self.workspace).await?;
        let body = json!({
            "template": template.name, "language": self.lang, "dry_run": self.dry_run,
        });
        let command = client
            .new_command("programme", "apply-template", body)
            .in_workspace(workspace);
        let answered = client.command(&command).await?;
        let told: Value = answered.answer;
        let report = json!({
            "template": template.name, "workspace": workspace, "dry_run": self.dry_run,
            "language": told["language"], "added": told["added"], "kept": told["kept"],
        });
        if !self.reporting.is_stdout() {
            for line in lines(&report) {
                println!("{line}");
            }
        }
        self.reporting.write(&report)
    }
}

/// What was added and kept, in lines.
fn lines(report: &Value) -> Vec<String> {
    let is_dry = report["dry_run"] == true;
    let mut lines = Vec::new();
    for (what, word) in [
        ("added", if is_dry { "would add" } else { "added" }),
        ("kept", "kept"),
    ] {
        for (part, keys) in report[what].as_object().into_iter().flatten() {
            let keys: Vec<_> = keys
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            lines.push(format!("{word} {} {part}: {}", keys.len(), keys.join(", ")));
        }
    }
    if report["added"]
        .as_object()
        .is_none_or(serde_json::Map::is_empty)
    {
        lines.push("nothing to add: everything is there".into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_refused_with_those_there_are() {
        let failure = template("shoes").unwrap_err();
        assert!(failure.is_refusal());
        for name in ["finance", "health", "retail", "education", "logistics"] {
            assert!(failure.to_string().contains(name));
        }
    }

    #[test]
    fn what_is_told_says_what_was_added_and_kept() {
        let report = json!({"dry_run": true, "added": {"roles": ["a", "b"]},
            "kept": {"assets": ["c"]}});
        assert_eq!(
            lines(&report),
            ["would add 2 roles: a, b", "kept 1 assets: c"]
        );
        let nothing = json!({"dry_run": false, "added": {}, "kept": {}});
        assert_eq!(lines(&nothing), ["nothing to add: everything is there"]);
    }

    #[test]
    fn a_template_is_shown_in_every_language() {
        let health = template("health").unwrap();
        assert_eq!(shown(health, "zh-Hans")["title"], "医疗");
        assert_eq!(
            shown(health, "en")["roles"][0]["role"],
            "incident-commander"
        );
    }
}

//! What the people of the drill do, and what becomes of it.

use super::{Attempt, NEEDED};
use crate::cast::{Player, insist};
use crate::doors::DoorError;
use client::{Client, Error};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(20);
/// How long the sites may take to know somebody, and to do what is due.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);
/// For so long a request with too few approvals is watched: it must stay one.
const WATCHED: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Who is there; all but the last are named by the rules.
pub(super) struct Scene<'a> {
    pub operator: &'a Client,
    pub workspace: WorkspaceId,
    pub people: Vec<Player>,
}

/// What was seen.
#[derive(Default)]
pub(super) struct Played {
    pub named: u32,
    pub attempts: Vec<(Attempt, &'static str)>,
    pub stayed_requested: bool,
    pub without_rights: bool,
    pub approved_ms: Option<i64>,
    pub granted_ms: Option<i64>,
}

impl Scene<'_> {
    pub async fn play(&self, say: &(dyn Fn(&str) + Sync)) -> Result<Played, DoorError> {
        let mut played = Played::default();
        let named: Vec<Uuid> = self.named().iter().map(|one| one.person).collect();
        played.named = u32::try_from(named.len()).unwrap_or(u32::MAX);
        let rules = json!({ "named": named, "needed": NEEDED, "powers": ["people.manage"],
            "hours": 1, "waiting_s": 0 });
        let set = self
            .operator
            .new_command("response", "set-succession-policy", rules);
        insist(self.operator, set.in_workspace(self.workspace)).await?;
        say("people try to take it alone");
        self.alone(&mut played).await?;
        say("no administrator answers: enough people act");
        self.together(&mut played).await?;
        Ok(played)
    }

    fn named(&self) -> &[Player] {
        &self.people[..self.people.len() - 1]
    }

    async fn alone(&self, played: &mut Played) -> Result<(), DoorError> {
        let [asks, first, _, _, leaver, outsider] = &self.people[..] else {
            return Err(DoorError::Lacks("the stage", "people"));
        };
        let id = self.operator.new_uuid();
        let ask =
            json!({ "request_id": id, "reason": "A drill: nobody answers", "is_drill": true });
        let approve = json!({ "request_id": id });
        let mut tried = async |what, who, name, body: &Value, wanted| {
            let refused_with = self.refusal(who, name, body, wanted).await;
            let attempt = Attempt { what, refused_with };
            played.attempts.push((attempt, wanted));
        };
        let request = "request-succession";
        tried(
            "asked without being named",
            outsider,
            request,
            &ask,
            "not_permitted",
        )
        .await;
        self.does(asks, 0, request, &ask).await?;
        let approving = "approve-succession";
        tried(
            "approved of their own request",
            asks,
            approving,
            &approve,
            "second_person_needed",
        )
        .await;
        // Whoever approved and left does not count: the module hears of it a moment later, and with the
        // next approval there would be enough.
        self.does(leaver, 0, approving, &approve).await?;
        self.leaves(leaver).await?;
        sleep(WATCHED).await;
        self.does(first, 1, approving, &approve).await?;
        tried(
            "approved twice",
            first,
            approving,
            &approve,
            "approved_already",
        )
        .await;
        let began = Instant::now();
        played.stayed_requested = true;
        while began.elapsed() < WATCHED {
            for site in self.sites() {
                played.stayed_requested &= self.is_open(asks, site, id).await?;
            }
            sleep(LOOK_EVERY).await;
        }
        let withdraw = json!({ "request_id": id, "reason": "It was a drill" });
        self.does(asks, 1, "refuse-succession", &withdraw).await?;
        Ok(())
    }

    async fn together(&self, played: &mut Played) -> Result<(), DoorError> {
        let (asks, first, second) = (&self.people[0], &self.people[1], &self.people[2]);
        let id = self.operator.new_uuid();
        let ask =
            json!({ "request_id": id, "reason": "A drill: nobody answers", "is_drill": true });
        let approve = json!({ "request_id": id });
        let began = Instant::now();
        self.does(asks, 0, "request-succession", &ask).await?;
        self.does(first, 1, "approve-succession", &approve).await?;
        self.does(second, 0, "approve-succession", &approve).await?;
        played.approved_ms = Some(millis(began));
        let granted = self.is_granted(asks, id).await?;
        played.granted_ms = granted.then(|| millis(began));
        let add = json!({ "person_id": self.operator.new_uuid(), "name": "Nobody",
            "handle": "nobody", "role": "member" });
        let command = asks.client.new_command("directory", "add-person", add);
        let added = asks
            .client
            .command(&command.in_workspace(self.workspace))
            .await;
        played.without_rights = added.is_err_and(|error| code(&error) == "not_permitted");
        Ok(())
    }

    fn sites(&self) -> std::ops::Range<usize> {
        0..self.operator.sites().len()
    }

    /// Does something that is permitted, at a site that may still have to hear of the person.
    async fn does(&self, who: &Player, at: usize, name: &str, body: &Value) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let command = who.client.new_command("response", name, body.clone());
            let command = command.in_workspace(self.workspace);
            match who.client.command_at(at, &command, PATIENCE).await {
                Ok(_) => return Ok(()),
                Err(error) if error.problem().is_some() && began.elapsed() < KNOWN_WITHIN => {
                    sleep(LOOK_EVERY).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// With what something is refused that must not be done; tried again while the site may not know
    /// the person yet.
    async fn refusal(
        &self,
        who: &Player,
        name: &str,
        body: &Value,
        wanted: &str,
    ) -> Option<String> {
        let began = Instant::now();
        loop {
            let command = who.client.new_command("response", name, body.clone());
            let command = command.in_workspace(self.workspace);
            let error = who.client.command(&command).await.err()?;
            let code = code(&error);
            if code == wanted || began.elapsed() > KNOWN_WITHIN {
                return Some(code);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Somebody who approved leaves the workspace.
    async fn leaves(&self, who: &Player) -> Result<(), DoorError> {
        let body = json!({ "person_id": who.person });
        let command = self
            .operator
            .new_command("directory", "deactivate-person", body);
        insist(self.operator, command.in_workspace(self.workspace)).await?;
        Ok(())
    }

    /// The request as a site has it; nothing where it has not read so far.
    async fn request(&self, who: &Player, site: usize, id: Uuid) -> Result<Value, Error> {
        let asked = [("request_id", id.to_string())];
        let page: Value = who
            .client
            .query_at(
                site,
                "response",
                "succession-list",
                Some(self.workspace),
                &asked,
                PATIENCE,
            )
            .await?;
        Ok(page["items"][0].clone())
    }

    async fn is_open(&self, who: &Player, site: usize, id: Uuid) -> Result<bool, Error> {
        let request = self.request(who, site, id).await?;
        Ok(request.is_null() || request["state"] == "requested")
    }

    /// Whether it is granted at every site before long. A drill's is over with the same entry.
    async fn is_granted(&self, who: &Player, id: Uuid) -> Result<bool, Error> {
        let began = Instant::now();
        for site in self.sites() {
            while self.request(who, site, id).await?["granted_at"].is_null() {
                if began.elapsed() > KNOWN_WITHIN {
                    return Ok(false);
                }
                sleep(LOOK_EVERY).await;
            }
        }
        Ok(true)
    }
}

fn code(error: &Error) -> String {
    error
        .problem()
        .map_or_else(|| error.to_string(), |problem| problem.code.clone())
}

fn millis(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

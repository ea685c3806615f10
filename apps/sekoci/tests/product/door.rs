//! The HTTP door of one site, without any of the client's patience: one request, one answer.

use kernel::clock::SystemClock;
use kernel::id::{Uuid, new_uuid};
use kernel::random::OsRandom;
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than a site takes to give up on anything by itself.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A site's door, with or without a session.
#[derive(Clone)]
pub struct Door {
    http: reqwest::Client,
    /// The site's URL.
    pub url: String,
    /// The session's token.
    pub token: Option<String>,
}

/// What a site answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; `null` where it is not JSON.
    pub body: Value,
}

impl Answer {
    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// The body of a granted request.
    #[track_caller]
    pub fn granted(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }
}

/// A new id.
pub fn new_id() -> Uuid {
    new_uuid(&SystemClock, &OsRandom)
}

impl Door {
    /// A door without a session.
    pub fn at(url: &str) -> Self {
        client::install_crypto_provider();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER_MAX)
            .build();
        Self {
            http: http.expect("an HTTP client"),
            url: url.into(),
            token: None,
        }
    }

    /// The same door with this session.
    pub fn with(self, token: &str) -> Self {
        Self {
            token: Some(token.into()),
            ..self
        }
    }

    /// Signs in.
    pub async fn sign_in(url: &str, user: &str, password: &str) -> Self {
        let door = Self::at(url);
        let body = json!({ "user": user, "password": password });
        let signed_in = door
            .post("/api/installation/sign-in", &body)
            .await
            .granted();
        door.with(signed_in["token"].as_str().expect("a token"))
    }

    /// The same session at another site.
    pub fn moved_to(&self, url: &str) -> Self {
        Self {
            url: url.into(),
            ..self.clone()
        }
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(self.http.get(format!("{}{path}", self.url))).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(self.http.post(format!("{}{path}", self.url)).json(body))
            .await
    }

    /// Sends any body.
    pub async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.url));
        self.ask(request.header("content-type", kind).body(body))
            .await
    }

    /// A command with an id of its own.
    pub async fn command(&self, name: &str, workspace: Option<&str>, body: Value) -> Answer {
        self.command_as(new_id(), name, workspace, body).await
    }

    /// A command with this id; `name` is `module/verb-noun`.
    pub async fn command_as(
        &self,
        id: Uuid,
        name: &str,
        workspace: Option<&str>,
        body: Value,
    ) -> Answer {
        let mut sent = json!({ "command_id": id, "command": body });
        if let Some(workspace) = workspace {
            sent["workspace_id"] = workspace.into();
        }
        self.post(&format!("/api/{name}"), &sent).await
    }

    /// The bytes at a path.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.expect("a body").to_vec()
    }

    /// Status 0 where there was no answer at all.
    async fn ask(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let text = answer.text().await.unwrap_or_default();
                Answer {
                    status,
                    body: serde_json::from_str(&text).unwrap_or(Value::Null),
                }
            }
            Err(error) => Answer {
                status: 0,
                body: Value::String(error.to_string()),
            },
        }
    }

    /// The one workspace of the session with a person's id in it.
    pub async fn place(&self) -> (String, String) {
        let session = self.get("/api/installation/session").await.granted();
        let workspace = &session["workspaces"][0];
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        (text(&workspace["id"]), text(&workspace["person"]["id"]))
    }
}

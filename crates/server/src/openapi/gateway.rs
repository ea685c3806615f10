//! The gateway's own routes.

use super::components::Components;
use super::{add, responses};
use crate::evidence::{DrillAsked, PeriodAsked};
use crate::gateway::StartDrill;
use crate::http::envelope::CommandAnswer;
use crate::http::wire;
use crate::http::workspace_changes::Changes;
use crate::operations::{BreakSite, RestoreSite, SwitchOver};
use crate::passkey::Started;
use crate::readiness::{
    ObjectiveStandings, Readiness, ReadinessParams, RolloutParams, RolloutPlan, StandingParams,
};
use crate::rewind::{PlanParams, ProgressParams, RewindPlan, RewindProgress};
use kernel::SchemaOf;
use serde_json::{Map, Value, json};

const OWNER: &str = "gateway";

/// A route with a JSON body.
struct Posted {
    path: &'static str,
    summary: &'static str,
    body: SchemaOf,
    answer: SchemaOf,
    needs_session: bool,
}

const POSTED: [Posted; 6] = [
    Posted {
        path: "/api/installation/sign-in",
        summary: "Sign in with a password; works without a quorum",
        body: SchemaOf::of::<wire::SignIn>(),
        answer: SchemaOf::of::<wire::SignedIn>(),
        needs_session: false,
    },
    Posted {
        path: "/api/installation/refresh-session",
        summary: "Renew the session's token",
        body: SchemaOf::of::<wire::Nothing>(),
        answer: SchemaOf::of::<wire::SignedIn>(),
        needs_session: true,
    },
    Posted {
        path: "/api/installation/passkey-sign-in-start",
        summary: "Begin to sign in with a passkey",
        body: SchemaOf::of::<wire::PasskeySignInStart>(),
        answer: SchemaOf::of::<Started>(),
        needs_session: false,
    },
    Posted {
        path: "/api/installation/passkey-sign-in-finish",
        summary: "Sign in with what the browser answered",
        body: SchemaOf::of::<wire::PasskeySignInFinish>(),
        answer: SchemaOf::of::<wire::SignedIn>(),
        needs_session: false,
    },
    Posted {
        path: "/api/installation/passkey-register-start",
        summary: "Begin to register a passkey",
        body: SchemaOf::of::<wire::Nothing>(),
        answer: SchemaOf::of::<Started>(),
        needs_session: true,
    },
    Posted {
        path: "/api/installation/passkey-register-finish",
        summary: "Keep the passkey the browser made",
        body: SchemaOf::of::<wire::PasskeyRegisterFinish>(),
        answer: SchemaOf::of::<CommandAnswer>(),
        needs_session: true,
    },
];

/// Adds the gateway's routes.
pub(super) fn describe(paths: &mut Map<String, Value>, components: &mut Components) {
    components.add(OWNER, "Problem", problem());
    components.reference(OWNER, &SchemaOf::of::<CommandAnswer>());
    for route in &POSTED {
        let body = components.reference(OWNER, &route.body);
        let answer = components.reference(OWNER, &route.answer);
        add(paths, route.path, "post", posted(route, &body, answer));
    }
    accept_invitation(paths, components);
    release_person(paths, components);
    let session = components.reference(OWNER, &SchemaOf::of::<wire::SessionView>());
    add(
        paths,
        "/api/installation/session",
        "get",
        json!({
            "operationId": "gateway.session", "tags": [OWNER],
            "summary": "Who is signed in, and in which workspaces",
            "responses": responses(session),
        }),
    );
    workspace_changes(paths, components);
    attachments(paths, components);
    rewinds(paths, components);
    readiness(paths, components);
    events(paths);
    evidence(paths, components);
    operations(paths, components);
}

fn operation_id(path: &str) -> String {
    format!("{OWNER}.{}", path.rsplit('/').next().unwrap_or(path))
}

fn posted(route: &Posted, body: &Value, answer: Value) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route.path), "tags": [OWNER], "summary": route.summary,
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": responses(answer),
    });
    if !route.needs_session {
        operation["security"] = json!([]);
    }
    operation
}

fn accept_invitation(paths: &mut Map<String, Value>, components: &mut Components) {
    let body = components.reference(OWNER, &SchemaOf::of::<wire::AcceptInvitation>());
    let answer = components.reference(OWNER, &SchemaOf::of::<CommandAnswer>());
    let summary = "Join a workspace with an invitation's code";
    let mut operation = ordered("accept-invitation", summary, &body, answer);
    operation["security"] = json!([{}, { "session": [] }]);
    let path = "/api/installation/accept-invitation";
    add(paths, path, "post", operation);
}

fn release_person(paths: &mut Map<String, Value>, components: &mut Components) {
    let body = components.reference(OWNER, &SchemaOf::of::<wire::ReleaseByOperator>());
    let answer = components.reference(OWNER, &SchemaOf::of::<CommandAnswer>());
    let summary = "End a quarantine that no person of the workspace can end (operators)";
    let operation = ordered("release-person", summary, &body, answer);
    let path = "/api/installation/release-person";
    add(paths, path, "post", operation);
}

/// A command that concerns no workspace, or names it itself.
fn ordered(name: &str, summary: &str, body: &Value, answer: Value) -> Value {
    json!({
        "operationId": format!("{OWNER}.{name}"), "tags": [OWNER], "summary": summary,
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "command_id": { "type": "string", "format": "uuid" }, "command": body },
            "required": ["command_id", "command"],
            "additionalProperties": false,
        } } } },
        "responses": responses(answer),
    })
}

fn workspace_changes(paths: &mut Map<String, Value>, components: &mut Components) {
    let changes = components.reference(OWNER, &SchemaOf::of::<Changes>());
    let parameter = |name: &str, description: &str, schema: Value| {
        json!({ "name": name, "in": "query", "required": name == "workspace_id",
                "description": description, "schema": schema })
    };
    let text = || json!({ "type": "string" });
    add(
        paths,
        "/api/workspace-changes",
        "get",
        json!({
            "operationId": "gateway.workspace-changes", "tags": [OWNER],
            "summary": "Who changed what in a workspace, for holders of history.view",
            "parameters": [
                parameter("workspace_id", "The workspace.", json!({ "type": "string", "format": "uuid" })),
                parameter("from", "Not before this moment: RFC 3339, or milliseconds since 1970.", text()),
                parameter("to", "Not after this moment; without it, now.", text()),
                parameter("order", "Which come first; without it, the newest.",
                    json!({ "type": "string", "enum": ["newest_first", "oldest_first"] })),
                parameter("limit", "Entries on a page, 1 to 200.", json!({ "type": "integer" })),
                parameter("cursor", "`next` of the page before.", text()),
            ],
            "responses": responses(changes),
        }),
    );
}

fn attachments(paths: &mut Map<String, Value>, components: &mut Components) {
    let stored = components.reference(OWNER, &SchemaOf::of::<wire::StoredChunk>());
    let id = |name: &str| {
        json!({ "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "format": "uuid" } })
    };
    let hash = json!({ "name": "hash", "in": "path", "required": true,
        "description": "BLAKE3 of the body, hexadecimal.",
        "schema": { "type": "string", "pattern": "^[0-9a-f]{64}$" } });
    let bytes = json!({ "application/octet-stream": {} });
    add(
        paths,
        "/api/attachments/{workspace}/chunks/{hash}",
        "put",
        json!({
            "operationId": "gateway.put-chunk", "tags": [OWNER],
            "summary": "Store a chunk of at most 4 MiB at both sites",
            "parameters": [id("workspace"), hash],
            "requestBody": { "required": true, "content": bytes },
            "responses": responses(stored),
        }),
    );
    let mut answers = responses(json!({}));
    answers["200"] = json!({ "description": "The file.", "content": bytes });
    answers["206"] = json!({ "description": "The part that was asked for.", "content": bytes });
    add(
        paths,
        "/api/attachments/{workspace}/{message}/{attachment}",
        "get",
        json!({
            "operationId": "gateway.read-attachment", "tags": [OWNER],
            "summary": "Read a file of a message, or with Range a part of it",
            "parameters": [id("workspace"), id("message"), id("attachment")],
            "responses": answers.clone(),
        }),
    );
    add(
        paths,
        "/api/attachments/{workspace}/documents/{document}/{attachment}",
        "get",
        json!({
            "operationId": "gateway.read-document-attachment", "tags": [OWNER],
            "summary": "Read a file of a folder or document, or with Range a part of it",
            "parameters": [id("workspace"), id("document"), id("attachment")],
            "responses": answers,
        }),
    );
}

/// How ready a workspace is: a site joins the programme with what it sees.
fn readiness(paths: &mut Map<String, Value>, components: &mut Components) {
    let asked = [
        (
            "/api/programme/objective-standing",
            "What was promised of assets against what was measured, the worst first",
            SchemaOf::of::<StandingParams>(),
            SchemaOf::of::<ObjectiveStandings>(),
        ),
        (
            "/api/programme/readiness",
            "What is not protected, how to mend it, and a score",
            SchemaOf::of::<ReadinessParams>(),
            SchemaOf::of::<Readiness>(),
        ),
        (
            "/api/programme/rollout-plan",
            "The 30 days of the roll-out and how far they are",
            SchemaOf::of::<RolloutParams>(),
            SchemaOf::of::<RolloutPlan>(),
        ),
    ];
    asked_of_site(paths, components, asked);
}

/// What a rewind would put back, and how far one is: a site works it out from the entries.
fn rewinds(paths: &mut Map<String, Value>, components: &mut Components) {
    let asked = [
        (
            "/api/protection/rewind-plan",
            "What a rewind would put back, in pages; `preparing` until it is worked out",
            SchemaOf::of::<PlanParams>(),
            SchemaOf::of::<RewindPlan>(),
        ),
        (
            "/api/protection/rewind-progress",
            "How far a rewind is",
            SchemaOf::of::<ProgressParams>(),
            SchemaOf::of::<RewindProgress>(),
        ),
    ];
    asked_of_site(paths, components, asked);
}

fn asked_of_site<const N: usize>(
    paths: &mut Map<String, Value>,
    components: &mut Components,
    asked: [(&str, &str, SchemaOf, SchemaOf); N],
) {
    for (path, summary, parameters, answer) in asked {
        let parameters = components.query_parameters(OWNER, &parameters);
        let answer = components.reference(OWNER, &answer);
        let operation = json!({
            "operationId": operation_id(path), "tags": [OWNER], "summary": summary,
            "parameters": parameters, "responses": responses(answer),
        });
        add(paths, path, "get", operation);
    }
}

/// Signed reports, and the keys they are signed with. What is in a report follows from what was drilled.
fn evidence(paths: &mut Map<String, Value>, components: &mut Components) {
    let signed =
        || json!({ "type": "object", "properties": { "signature": { "type": "object" } } });
    let asked = [
        (
            "/api/continuity/drill-evidence",
            "The report of a drill as it is on record, signed by the site (operators)",
            Some(SchemaOf::of::<DrillAsked>()),
            signed(),
        ),
        (
            "/api/continuity/period-evidence",
            "What is on record of a year or quarter, signed by the site (operators)",
            Some(SchemaOf::of::<PeriodAsked>()),
            signed(),
        ),
        (
            "/api/continuity/evidence-keys",
            "The keys with which sites sign evidence",
            None,
            json!({ "type": "object" }),
        ),
    ];
    for (path, summary, parameters, answer) in asked {
        let parameters = parameters
            .map(|parameters| components.query_parameters(OWNER, &parameters))
            .unwrap_or_default();
        let operation = json!({
            "operationId": operation_id(path), "tags": [OWNER], "summary": summary,
            "parameters": parameters, "responses": responses(answer),
        });
        add(paths, path, "get", operation);
    }
}

fn events(paths: &mut Map<String, Value>) {
    add(
        paths,
        "/api/events",
        "get",
        json!({
            "operationId": "gateway.events", "tags": [OWNER],
            "summary": "The event stream (WebSocket, subprotocol `sekoci`)",
            "responses": { "101": { "description": "The stream begins." } },
        }),
    );
}

/// What operators do and see; the shapes of what they see are not promised.
fn operations(paths: &mut Map<String, Value>, components: &mut Components) {
    let posted = [
        (
            "break-site",
            "Break a site on purpose (operators)",
            SchemaOf::of::<BreakSite>(),
        ),
        (
            "restore-site",
            "Put a broken site back (operators)",
            SchemaOf::of::<RestoreSite>(),
        ),
        (
            "switch-over",
            "Hand the lead to a site (operators)",
            SchemaOf::of::<SwitchOver>(),
        ),
        (
            "start-drill",
            "Start a drill (operators)",
            SchemaOf::of::<StartDrill>(),
        ),
    ];
    for (name, summary, body) in posted {
        let body = components.reference(OWNER, &body);
        let answer = components.reference(OWNER, &SchemaOf::of::<CommandAnswer>());
        let operation = ordered(name, summary, &body, answer);
        add(paths, &format!("/api/continuity/{name}"), "post", operation);
    }
    for (path, summary, is_open) in [
        (
            "/api/status",
            "What the site knows of itself and the other nodes",
            false,
        ),
        (
            "/api/continuity/vantage",
            "What the vantage points see",
            false,
        ),
        (
            "/api/continuity/fingerprints",
            "Fingerprints of the site's views (operators)",
            false,
        ),
        (
            "/api/continuity/chains",
            "The site's chains, verified (operators)",
            false,
        ),
        (
            "/api/continuity/drill-progress",
            "The drill that runs at the site (operators)",
            false,
        ),
        ("/livez", "200 while the process answers", true),
        ("/readyz", "200 when the site can serve people", true),
        (
            "/role",
            "What the site leads; 200 when it takes writes",
            true,
        ),
        ("/metrics", "Prometheus metrics", true),
    ] {
        let mut operation = json!({
            "operationId": operation_id(path), "tags": [OWNER], "summary": summary,
            "responses": responses(json!({})),
        });
        if is_open {
            operation["security"] = json!([]);
            let description = json!({ "description": summary });
            operation["responses"] =
                json!({ "200": description, "503": { "description": "Not so." } });
        }
        add(paths, path, "get", operation);
    }
}

/// The schema of a problem document.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "A refusal or failure (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": { "type": "string", "description": "`/errors/<code>`: a page about it." },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "description": "Stable, in snake case." },
            "detail": { "type": "string" },
            "field": { "type": "string", "description": "The field of the request concerned." },
            "retry_after_ms": { "type": "integer", "minimum": 0 },
            "progress": {
                "type": "object",
                "description": "How far what is being prepared is, in entries.",
                "required": ["applied", "total"],
                "properties": {
                    "applied": { "type": "integer", "minimum": 0 },
                    "total": { "type": "integer", "minimum": 0 },
                },
            },
        },
    })
}

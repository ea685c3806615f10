//! Signing in, renewing a session, and what a session leads to.

use super::wire::{
    Account, Nothing, PersonView, QuarantineView, SessionView, SignIn, SignedIn, SiteAddress,
    WorkspaceView,
};
use super::{Answer, Api, Session};
use crate::limits::{ClientAddress, read_json};
use crate::problem::Problem;
use crate::session::{Attempt, SignedIn as Claims};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use directory::queries::{Membership, OwnQuarantine, membership, own_quarantine};
use installation::SessionId;
use installation::queries::{self, Profile};
use kernel::{AccountId, PartitionId, Seq, WorkspaceId};
use serde::de::DeserializeOwned;

/// Reads a body that is one of the gateway's own shapes.
///
/// # Errors
/// 422 naming what does not fit.
pub(super) async fn read_body<T: DeserializeOwned>(
    api: &Api,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    let body = read_json(headers, body, api.body_bytes_max()).await?;
    T::deserialize(body).map_err(|error| Problem::invalid("body", "malformed", error.to_string()))
}

/// `POST /api/installation/sign-in`. Needs no quorum: either site does it by itself.
pub(super) async fn sign_in(
    State(api): State<Api>,
    Extension(address): Extension<ClientAddress>,
    headers: HeaderMap,
    body: Body,
) -> Answer<SignedIn> {
    let SignIn { user, password } = read_body(&api, &headers, body).await?;
    let attempt = Attempt {
        user,
        password,
        address,
    };
    let account = api.sign_ins().check(api.site(), attempt).await?;
    open_session(&api, account).await.map(Json)
}

/// Opens a session for an account that has proven who it is.
///
/// # Errors
/// 503 when no token can be issued.
pub(super) async fn open_session(api: &Api, account: queries::SignIn) -> Result<SignedIn, Problem> {
    let session = SessionId::new(&*api.site().clock, &*api.site().random);
    let owner = Account {
        id: account.account_id,
        user: account.user,
        name: account.name,
        operator: account.is_operator,
    };
    issue(api, owner, session, account.seq).await
}

/// `POST /api/installation/refresh-session`.
pub(super) async fn refresh(
    State(api): State<Api>,
    Session(session): Session,
    headers: HeaderMap,
    body: Body,
) -> Answer<SignedIn> {
    let Nothing {} = read_body(&api, &headers, body).await?;
    let owner = account(&api, session.account).await?;
    issue(&api, owner, session.session, session.begun_seq)
        .await
        .map(Json)
}

async fn issue(
    api: &Api,
    account: Account,
    session: SessionId,
    begun_seq: Seq,
) -> Result<SignedIn, Problem> {
    let issued = api
        .sessions()
        .issue(api.site(), account.id, session, begun_seq)
        .await?;
    Ok(SignedIn {
        token: issued.token,
        expires_at: issued.expires_at,
        account,
        sites: sites(api),
    })
}

/// `GET /api/installation/session`.
pub(super) async fn session(
    State(api): State<Api>,
    Session(session): Session,
) -> Answer<SessionView> {
    let Places {
        workspaces,
        quarantined,
    } = places(&api, session).await?;
    Ok(Json(SessionView {
        account: account(&api, session.account).await?,
        session_id: session.session,
        workspaces,
        quarantined,
        sites: sites(&api),
        site: api.site().name.to_string(),
    }))
}

pub(super) async fn account(api: &Api, id: AccountId) -> Result<Account, Problem> {
    let found = api
        .site()
        .query(
            &super::api::partition("installation", None),
            None,
            move |rows| Ok(queries::profile(rows, id)?),
        )
        .await?;
    let Profile {
        id,
        user,
        name,
        operator,
    } = found.ok_or_else(Problem::session_ended)?;
    Ok(Account {
        id,
        user,
        name,
        operator,
    })
}

/// Where an account is somebody.
#[derive(Default)]
struct Places {
    workspaces: Vec<WorkspaceView>,
    quarantined: Vec<QuarantineView>,
}

async fn places(api: &Api, session: Claims) -> Result<Places, Problem> {
    let all = api
        .site()
        .query(&super::api::partition("installation", None), None, |rows| {
            Ok(queries::workspaces(rows)?)
        })
        .await?;
    let mut mine = Places::default();
    for workspace in all {
        let (id, name) = (workspace.id, workspace.name);
        match standing(api, session.account, id).await? {
            Some(Standing::Member(person)) => {
                let person = view(person);
                mine.workspaces.push(WorkspaceView { id, name, person });
            }
            Some(Standing::Confined(quarantine)) => mine.quarantined.push(QuarantineView {
                workspace_id: id,
                name,
                person_id: quarantine.person_id,
                since: quarantine.since,
                reason: quarantine.reason,
                ask: quarantine.ask,
            }),
            None => {}
        }
    }
    Ok(mine)
}

enum Standing {
    Member(Membership),
    Confined(OwnQuarantine),
}

/// Who an account is in a workspace; none for strangers.
async fn standing(
    api: &Api,
    account: AccountId,
    workspace: WorkspaceId,
) -> Result<Option<Standing>, Problem> {
    let id = PartitionId::new(workspace, "directory");
    if !api.site().has_partition(&id) {
        return Ok(None);
    }
    let found = api.site().query(&id, None, move |rows| {
        if let Some(member) = membership(rows, account)? {
            return Ok(Some(Standing::Member(member)));
        }
        Ok(own_quarantine(rows, account)?.map(Standing::Confined))
    });
    Ok(found.await?)
}

fn view(person: Membership) -> PersonView {
    PersonView {
        id: person.id,
        name: person.name,
        handle: person.handle,
        roles: vec![person.role],
        permissions: person.permissions,
        locale: person.locale,
    }
}

fn sites(api: &Api) -> Vec<SiteAddress> {
    let sites = api.site().config.sites();
    sites
        .map(|node| SiteAddress {
            name: node.name.to_string(),
            url: node.url.clone(),
        })
        .collect()
}

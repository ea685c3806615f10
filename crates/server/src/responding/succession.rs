//! Break-glass access: what was granted is lent by the directory, taken back when it ends, and the
//! sessions of whoever had it end then.
//!
//! The directory takes back by itself what is over by time, so that nothing lasts because a site did
//! not look.

use super::{is_settled, of};
use crate::session::installation;
use crate::site::Site;
use directory::commands::{LendRole, ReturnRole};
use directory::events::GrantId;
use directory::queries::{LentState, Returned, lent, returned};
use installation::commands::EndSessionsPrepared;
use kernel::{PartitionId, WorkspaceId};
use response::queries::{Grant, grants};

/// Whose role was returned longer ago has no sessions left from then.
const RETURNED_WITHIN_MS: i64 = 30 * 24 * 3_600_000;

/// Does what is due in a workspace. Whether everything is settled.
pub(super) async fn round(site: &Site, workspace: WorkspaceId) -> bool {
    let partition = of(workspace);
    let found = site.query(&partition, None, |rows| Ok(grants(rows)?));
    let Ok(grants) = found.await else {
        return false;
    };
    if grants.is_empty() {
        return true;
    }
    let directory = PartitionId::new(workspace, "directory");
    let since = site.clock.now().plus_ms(-RETURNED_WITHIN_MS);
    let found = site.query(&directory, None, move |rows| {
        Ok((lent(rows)?, returned(rows, since)?))
    });
    let Ok((lent, returned)) = found.await else {
        return false;
    };
    let mut all = true;
    for grant in grants {
        all &= carry_out(site, &directory, grant, &lent).await;
    }
    for one in returned {
        all &= end_sessions(site, workspace, one).await;
    }
    all
}

async fn carry_out(site: &Site, directory: &PartitionId, grant: Grant, lent: &[LentState]) -> bool {
    let grant_id = GrantId(grant.request_id.0);
    let state = lent.iter().find(|state| state.grant_id == grant_id);
    match (grant.ended_seq, state) {
        (None, None) if grant.until > site.clock.now() => {
            let name = format!("lend-role/{directory}/{grant_id}");
            let body = LendRole {
                grant_id,
                person_id: grant.person_id,
                permissions: grant.powers,
                until: grant.until,
            };
            let command = site.order("lend-role", &name, &body, &grant_id);
            is_settled(site.submit(directory, command).await, "lend-role")
        }
        (Some(_), Some(state)) if !state.is_returned => {
            let name = format!("return-role/{directory}/{grant_id}/ended");
            let body = ReturnRole { grant_id };
            let command = site.order("return-role", &name, &body, &grant_id);
            is_settled(site.submit(directory, command).await, "return-role")
        }
        _ => true,
    }
}

async fn end_sessions(site: &Site, workspace: WorkspaceId, whose: Returned) -> bool {
    let body = EndSessionsPrepared {
        account_id: Some(whose.account_id),
        spared: None,
    };
    let name = format!("end-sessions/{workspace}/succession/{}", whose.grant_id);
    let command = site.order("end-sessions", &name, &body, &whose.account_id);
    is_settled(site.submit(&installation(), command).await, "end-sessions")
}

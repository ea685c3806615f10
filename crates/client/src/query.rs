//! Queries and their pages.

use crate::call::Call;
use crate::{Client, Error};
use kernel::WorkspaceId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    #[serde(default = "Option::default")]
    pub next: Option<String>,
}

impl Client {
    /// Asks `GET /api/<module>/<name>` of whichever site answers.
    ///
    /// # Errors
    /// A refusal, no answer in time, or an answer of another shape.
    pub async fn query<T: DeserializeOwned>(
        &self,
        module: &str,
        name: &str,
        workspace: Option<WorkspaceId>,
        parameters: &[(&str, String)],
    ) -> Result<T, Error> {
        let call = self.query_call(module, name, workspace, parameters);
        let reply = self.exchange(&call).await?;
        self.read(&call.operation, &reply)
    }

    /// Asks one site (an index) only, within `patience`.
    ///
    /// # Errors
    /// As for [`Client::query`].
    pub async fn query_at<T: DeserializeOwned>(
        &self,
        site: usize,
        module: &str,
        name: &str,
        workspace: Option<WorkspaceId>,
        parameters: &[(&str, String)],
        patience: Duration,
    ) -> Result<T, Error> {
        let mut call = self.query_call(module, name, workspace, parameters);
        call.only_site = Some(site % self.shared.sites.len());
        call.patience = patience;
        let reply = self.exchange(&call).await?;
        self.read(&call.operation, &reply)
    }

    /// Asks for every page of a list, one after the other.
    ///
    /// # Errors
    /// As for [`Client::query`].
    pub async fn query_all<T: DeserializeOwned>(
        &self,
        module: &str,
        name: &str,
        workspace: Option<WorkspaceId>,
        parameters: &[(&str, String)],
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut asked = parameters.to_vec();
            if let Some(cursor) = cursor {
                asked.push(("cursor", cursor));
            }
            let page: Page<T> = self.query(module, name, workspace, &asked).await?;
            all.extend(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(all),
            }
        }
    }

    fn query_call(
        &self,
        module: &str,
        name: &str,
        workspace: Option<WorkspaceId>,
        parameters: &[(&str, String)],
    ) -> Call {
        let operation = format!("{module}/{name}");
        let path = format!("/api/{operation}");
        let mut call = Call::get(operation, path, self.shared.timeouts.patience);
        if let Some(workspace) = workspace {
            call.query
                .push(("workspace_id".into(), workspace.to_string()));
        }
        let more = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        call.query.extend(more);
        call
    }

    /// Asks `GET <path>` outside the modules (`/api/status`) of one site (an index).
    ///
    /// # Errors
    /// As for [`Client::query`].
    pub async fn get_at<T: DeserializeOwned>(
        &self,
        site: usize,
        path: &str,
        is_signed_in: bool,
        patience: Duration,
    ) -> Result<T, Error> {
        let mut call = Call::get(path.trim_start_matches('/'), path, patience);
        call.only_site = Some(site % self.shared.sites.len());
        call.is_signed_in = is_signed_in;
        let reply = self.exchange(&call).await?;
        self.read(&call.operation, &reply)
    }
}

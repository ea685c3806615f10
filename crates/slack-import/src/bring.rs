//! The second reading of an export: everything is sent, several conversations side by side.

mod conversations;
mod counts;
mod messages;
mod people;
mod reader;
mod workspace;

use crate::{ArchiveError, Counts, Export, Limits, Report, Rows, Survey};
use client::{AttachmentError, Client, Command};
use kernel::{AccountId, CommandId, WorkspaceId};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

/// What to do with an export.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the workspace; made where it is missing and the user is an operator.
    pub workspace: String,
    /// Read and check everything, write nothing.
    pub dry_run: bool,
    /// A folder that holds files the export only names.
    pub files: Option<PathBuf>,
    /// Limits on the archive.
    pub limits: Limits,
    /// Conversations under way side by side.
    pub lanes: usize,
}

impl Options {
    /// The usual options for a workspace.
    #[must_use]
    pub fn new(workspace: impl Into<String>) -> Self {
        Self {
            workspace: workspace.into(),
            dry_run: false,
            files: None,
            limits: Limits::default(),
            lanes: 6,
        }
    }
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking; the unit is a message.
    Survey,
    /// Bringing people.
    People,
    /// Bringing conversations.
    Conversations,
    /// Bringing messages.
    Messages,
}

/// Is told how far the work is.
pub trait Progress: Send + Sync {
    /// A part begins; its size where that is known.
    fn begin(&self, stage: Stage, total: Option<u64>);
    /// So many more are done.
    fn advance(&self, by: u64);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

/// Why an import ended early. What was brought until then stays; importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The export cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The installation refused or did not answer.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// There is no such workspace, and the user may not make one.
    #[error("--workspace: there is no workspace {0:?} for this user, and only operators make one")]
    NoWorkspace(String),
    /// The user may not import.
    #[error("--workspace: this user may not import into {0:?} (permission import.run)")]
    NotPermitted(String),
    /// The new workspace did not come up.
    #[error("the workspace was made, but did not come up in time: {0}")]
    WorkspaceSlow(String),
    /// A file cannot be brought.
    #[error("file {name:?}: {source}")]
    File {
        /// Its name.
        name: String,
        /// Why.
        source: AttachmentError,
    },
    /// The machine's own disk failed.
    #[error("a temporary file: {0}")]
    Temporary(std::io::Error),
    /// A part of the work was ended from outside.
    #[error("the work was interrupted: {0}")]
    Interrupted(String),
}

/// What every part of the work needs.
pub(crate) struct Bringing {
    pub client: Client,
    pub account: AccountId,
    pub workspace: WorkspaceId,
    pub export: Export,
    pub survey: Survey,
    pub progress: Arc<dyn Progress>,
    pub commands: AtomicU64,
    /// Highest seq answered, of the directory and of messaging.
    pub directory_seq: AtomicU64,
    pub messaging_seq: AtomicU64,
}

impl Bringing {
    /// A command whose id follows from what is sent, by whom and where to: sent again, by this
    /// process or the next, it is the same command.
    pub fn command(&self, module: &str, name: &str, body: Value) -> Command {
        let hash = blake3::hash(body.to_string().as_bytes()).to_hex();
        let (account, workspace) = (self.account, self.workspace);
        let id = CommandId::of_client(&format!(
            "slack import/{account}/{workspace}/{module}/{name}/{hash}"
        ));
        Command::new(module, name, body, id).in_workspace(workspace)
    }

    /// Sends a command and returns its answer.
    pub async fn send(&self, command: &Command) -> Result<Value, client::Error> {
        self.commands.fetch_add(1, Ordering::Relaxed);
        let answered = self.client.command(command).await?;
        let seq = match command.module.as_str() {
            "directory" => &self.directory_seq,
            _ => &self.messaging_seq,
        };
        seq.fetch_max(answered.seq.unwrap_or(0), Ordering::Relaxed);
        Ok(answered.answer)
    }
}

/// Imports the export at `path`.
///
/// # Errors
/// When the export cannot be read, the installation refuses or stays silent. Rows that cannot be
/// brought are no error but listed in the report.
pub async fn import(
    client: &Client,
    path: &Path,
    options: &Options,
    progress: Arc<dyn Progress>,
) -> Result<Report, ImportError> {
    let began = Instant::now();
    let (export, survey) = survey(path, options, &progress).await?;
    let survey_ms = millis(began);
    let session = client.session().await?;
    let found = workspace::find(&session, &options.workspace)?;
    let mut report = Report {
        dry_run: options.dry_run,
        workspace: options.workspace.clone(),
        workspace_id: found,
        counts: survey.counts,
        export: survey.counts,
        placeholders: survey.placeholders,
        files_missing: survey.files_missing,
        passed_over: survey.passed_over,
        skipped: survey.skipped.kept().to_vec(),
        skipped_total: survey.skipped.total(),
        notes: survey.notes.kept().to_vec(),
        notes_total: survey.notes.total(),
        commands: 0,
        survey_ms,
        bring_ms: 0,
    };
    if options.dry_run {
        return Ok(report);
    }
    let began = Instant::now();
    let workspace = match found {
        Some(workspace) => workspace,
        None => workspace::make(client, session.account.id, &options.workspace).await?,
    };
    let bringing = Arc::new(Bringing {
        client: client.clone(),
        account: session.account.id,
        workspace,
        export,
        survey,
        progress,
        commands: AtomicU64::new(0),
        directory_seq: AtomicU64::new(0),
        messaging_seq: AtomicU64::new(0),
    });
    let (counts, more) = bring(&bringing, options.lanes).await?;
    let mut skipped = bringing.survey.skipped.clone();
    skipped.extend(more);
    report.workspace_id = Some(workspace);
    report.counts = counts;
    report.skipped = skipped.kept().to_vec();
    report.skipped_total = skipped.total();
    report.commands = bringing.commands.load(Ordering::Relaxed);
    report.bring_ms = millis(began);
    Ok(report)
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

async fn survey(
    path: &Path,
    options: &Options,
    progress: &Arc<dyn Progress>,
) -> Result<(Export, Survey), ImportError> {
    let (path, limits, files) = (path.to_owned(), options.limits, options.files.clone());
    let progress = Arc::clone(progress);
    progress.begin(Stage::Survey, None);
    let read = tokio::task::spawn_blocking(move || {
        let mut export = Export::open(&path, limits, files.as_deref())?;
        let survey = Survey::of(&mut export, &|by| progress.advance(by))?;
        Ok::<_, ArchiveError>((export, survey))
    });
    Ok(read
        .await
        .map_err(|e| ImportError::Interrupted(e.to_string()))??)
}

async fn bring(bringing: &Arc<Bringing>, lanes: usize) -> Result<(Counts, Rows), ImportError> {
    let mut skipped = Rows::default();
    let people = Arc::new(people::bring(bringing, &mut skipped).await?);
    workspace::wait_for_messaging(bringing).await?;
    let places = conversations::bring(bringing, &people, &mut skipped).await?;
    let more = messages::bring(bringing, people, places, lanes.max(1)).await?;
    skipped.extend(more);
    Ok((counts::ask(bringing).await?, skipped))
}

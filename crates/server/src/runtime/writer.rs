//! The writer thread: runs the core and carries out what it asks for.

use super::partition::{Announcement, Shared};
use async_trait::async_trait;
use journal::partition::{
    Config, Core, CoreError, ForwardResult, Input, Outcome, Output, Via, Waiter,
};
use journal::{Engine, KeyRing};
use kernel::{Clock, Command, Module, PartitionId, Seq, SiteName, View, ViewError, with_sources};
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

const BACK_OFF_MIN: Duration = Duration::from_millis(100);
const BACK_OFF_MAX: Duration = Duration::from_secs(30);
/// The longest the writer sleeps without a look at its view file.
const SLEEP_MAX_MS: i64 = 1_000;

/// The way to the other site.
#[async_trait]
pub trait Remote: Send + Sync {
    /// Hands a command to the other site's writer and waits for its outcome.
    async fn forward(
        &self,
        to: &SiteName,
        partition: &PartitionId,
        command: Command,
        at: Seq,
        must_append: bool,
    ) -> ForwardResult;
}

/// What a writer works with.
#[derive(Clone)]
pub struct WriterContext {
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Where entries are kept.
    pub engine: Arc<dyn Engine>,
    /// The other site.
    pub remote: Arc<dyn Remote>,
    /// Where appends, reads and forwards run.
    pub runtime: Handle,
}

/// What arrives in a writer's mailbox.
pub(super) enum Mail {
    Submit {
        via: Via,
        command: Command,
        reply: oneshot::Sender<Outcome>,
    },
    Input(Input),
    /// What a flood consists of.
    Noise,
    /// For the core with this number only: results for an earlier core are void.
    Result(u64, Input),
    Close,
}

pub(super) struct Writer {
    pub config: Config,
    pub module: Arc<dyn Module>,
    pub view_path: PathBuf,
    pub context: WriterContext,
    pub shared: Arc<Shared>,
    pub mail: Sender<Mail>,
    pub inbox: Receiver<Mail>,
}

/// Starts the thread.
pub(super) fn spawn(writer: Writer) -> std::io::Result<()> {
    let name = format!("w-{}", writer.config.partition.module);
    std::thread::Builder::new()
        .name(name)
        .spawn(move || writer.run())?;
    Ok(())
}

/// One life of a core, from opening the view to its failure.
struct Life {
    number: u64,
    core: Core,
    inode: u64,
    waiters: HashMap<Waiter, oneshot::Sender<Outcome>>,
    next_waiter: Waiter,
}

/// Why a life ended.
enum End {
    Closed,
    Failed(Failure),
}

struct Failure {
    message: String,
    /// The view is at fault and must be made anew.
    replaces_view: bool,
}

impl Writer {
    fn run(self) {
        let mut back_off = BACK_OFF_MIN;
        for number in 1.. {
            let born = self.context.clock.now();
            let end = catch_unwind(AssertUnwindSafe(|| self.live(number)))
                .unwrap_or_else(|panic| End::Failed(Failure::panicked(&*panic)));
            *self
                .shared
                .status
                .write()
                .unwrap_or_else(PoisonError::into_inner) = None;
            self.shared.step_began.store(0, Ordering::Relaxed);
            let End::Failed(failure) = end else { return };
            self.record(&failure);
            if failure.replaces_view {
                View::remove(&self.view_path);
            }
            if self.context.clock.now().since(born) > 60_000 {
                back_off = BACK_OFF_MIN;
            }
            std::thread::sleep(back_off);
            back_off = (back_off * 2).min(BACK_OFF_MAX);
        }
    }

    fn record(&self, failure: &Failure) {
        let partition = &self.config.partition;
        tracing::error!(%partition, cause = failure.message, "partition writer restarts");
        self.shared.restarts.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("sekoci_module_restarts_total", "partition" => partition.to_string())
            .increment(1);
        let mut last = self
            .shared
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some((self.context.clock.now(), failure.message.clone()));
    }

    fn live(&self, number: u64) -> End {
        let mut life = match self.open(number) {
            Ok(life) => life,
            Err(error) => return End::Failed(Failure::of_view(&error)),
        };
        let (engine, partition) = (&self.context.engine, &self.config.partition);
        let watch = self.context.runtime.spawn(pass_on_notices(
            engine.watch(partition),
            self.mail.clone(),
            number,
        ));
        let end = self.work(&mut life);
        watch.abort();
        end
    }

    fn open(&self, number: u64) -> Result<Life, ViewError> {
        let view = View::open(&self.view_path, Arc::clone(&self.module))?;
        let keys: KeyRing = self.shared.keys.borrow().clone();
        self.publish_followed(&view)?;
        let core = Core::new(self.config.clone(), view, keys);
        Ok(Life {
            number,
            core,
            inode: inode(&self.view_path),
            waiters: HashMap::new(),
            next_waiter: 0,
        })
    }

    fn publish_followed(&self, view: &View) -> Result<(), ViewError> {
        let mut followed = std::collections::BTreeMap::new();
        for source in self.module.follows() {
            let source = super::follow::source_of(&self.config.partition, source).to_string();
            let seq = view.followed(&source)?;
            followed.insert(source, seq);
        }
        self.shared.followed.send_replace(followed);
        Ok(())
    }

    fn work(&self, life: &mut Life) -> End {
        let mut input = Input::Tick;
        loop {
            if let Err(failure) = self.step(life, input) {
                return End::Failed(failure);
            }
            input = match self.next(life) {
                Ok(Some(input)) => input,
                Ok(None) => return End::Closed,
                Err(failure) => return End::Failed(failure),
            };
        }
    }

    fn step(&self, life: &mut Life, input: Input) -> Result<(), Failure> {
        let now = self.context.clock.now();
        self.shared
            .step_began
            .store(now.millis(), Ordering::Relaxed);
        self.shared.orders.carry_out(&*self.context.clock);
        let follows = matches!(input, Input::Follow(_));
        let outputs = life.core.step(now, input);
        self.shared.step_began.store(0, Ordering::Relaxed);
        let outputs = outputs.map_err(|error| Failure::of_core(&error))?;
        let status = life.core.status();
        // Before anybody is answered: whoever was told that a session has ended, or reads what they
        // wrote, must find it so.
        self.shared
            .highest
            .fetch_max(status.head.seq, Ordering::Relaxed);
        self.shared.applied.send_if_modified(|seq| {
            let changed = *seq != status.head.seq;
            *seq = status.head.seq;
            changed
        });
        *self
            .shared
            .status
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(status);
        for output in outputs {
            self.carry_out(life, output);
        }
        if follows {
            self.publish_followed(life.core.view())
                .map_err(|e| Failure::of_view(&e))?;
        }
        Ok(())
    }

    /// The next input, or `None` when the site shuts down.
    fn next(&self, life: &mut Life) -> Result<Option<Input>, Failure> {
        loop {
            let now = self.context.clock.now();
            let wait = life.core.deadline().since(now).clamp(1, SLEEP_MAX_MS);
            match self
                .inbox
                .recv_timeout(Duration::from_millis(wait.unsigned_abs()))
            {
                Ok(Mail::Submit {
                    via,
                    command,
                    reply,
                }) => {
                    self.shared.queue.fetch_sub(1, Ordering::Relaxed);
                    life.next_waiter += 1;
                    life.waiters.insert(life.next_waiter, reply);
                    return Ok(Some(Input::Submit {
                        waiter: life.next_waiter,
                        via,
                        command,
                    }));
                }
                Ok(Mail::Input(input)) => return Ok(Some(input)),
                Ok(Mail::Noise) => {
                    self.shared.queue.fetch_sub(1, Ordering::Relaxed);
                    super::misbehave::noise();
                    return Ok(Some(Input::Tick));
                }
                Ok(Mail::Result(number, input)) if number == life.number => return Ok(Some(input)),
                Ok(Mail::Result(..)) => {}
                Ok(Mail::Close) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    self.check_file(life)?;
                    return Ok(Some(Input::Tick));
                }
            }
        }
    }

    /// A view file that was removed or replaced under us is made anew.
    fn check_file(&self, life: &Life) -> Result<(), Failure> {
        if inode(&self.view_path) == life.inode {
            return Ok(());
        }
        Err(Failure {
            message: "the view's file was removed".into(),
            replaces_view: true,
        })
    }

    fn carry_out(&self, life: &mut Life, output: Output) {
        match output {
            Output::Append {
                attempt,
                after,
                entries,
            } => {
                let (engine, id) = (
                    Arc::clone(&self.context.engine),
                    self.config.partition.clone(),
                );
                self.spawn(life, async move {
                    let result = engine.append(&id, after, &entries).await;
                    Input::Appended { attempt, result }
                });
            }
            Output::Read { after, limit } => {
                let (engine, id) = (
                    Arc::clone(&self.context.engine),
                    self.config.partition.clone(),
                );
                self.spawn(life, async move {
                    Input::Read(engine.read(&id, after, limit).await)
                });
            }
            Output::Forward {
                to,
                command,
                at,
                must_append,
            } => {
                let (remote, id) = (
                    Arc::clone(&self.context.remote),
                    self.config.partition.clone(),
                );
                let command_id = command.id;
                self.spawn(life, async move {
                    let result = remote.forward(&to, &id, *command, at, must_append).await;
                    Input::Forwarded {
                        command: command_id,
                        result,
                    }
                });
            }
            Output::Reply { waiter, outcome } => {
                if let Some(reply) = life.waiters.remove(&waiter) {
                    // Whoever asked may have gone away.
                    let _ = reply.send(outcome);
                }
            }
            Output::Applied(entries) => {
                // Nobody may be listening.
                let _ = self
                    .shared
                    .announcements
                    .send(Announcement::Applied(Arc::new(entries)));
            }
        }
    }

    fn spawn(&self, life: &Life, work: impl Future<Output = Input> + Send + 'static) {
        let (mail, number) = (self.mail.clone(), life.number);
        self.context.runtime.spawn(async move {
            let input = work.await;
            // A closed mailbox means the site is shutting down.
            let _ = mail.send(Mail::Result(number, input));
        });
    }
}

async fn pass_on_notices(
    mut notices: tokio::sync::watch::Receiver<Seq>,
    mail: Sender<Mail>,
    number: u64,
) {
    loop {
        let seq = *notices.borrow_and_update();
        if mail
            .send(Mail::Result(number, Input::Noticed(seq)))
            .is_err()
        {
            return;
        }
        if notices.changed().await.is_err() {
            return;
        }
    }
}

impl Failure {
    fn of_core(error: &CoreError) -> Self {
        match error {
            CoreError::View(view) => Self::of_view(view),
            CoreError::Chain(_) | CoreError::Seal(_) | CoreError::Panicked { .. } => Self {
                message: with_sources(error),
                replaces_view: false,
            },
        }
    }

    fn of_view(error: &ViewError) -> Self {
        Self {
            message: with_sources(error),
            replaces_view: error.needs_new_view(),
        }
    }

    fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".into());
        Self {
            message: format!("panic: {message}"),
            replaces_view: false,
        }
    }
}

fn inode(path: &PathBuf) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.ino())
}

//! The writer thread: runs the core and carries out what it asks for.

use super::partition::{Announcement, Shared};
use super::place::{Failure, Opening, Place, Running, Stepped, Work};
use super::suspects::{self, Suspects, Verdict};
use async_trait::async_trait;
use journal::Engine;
use journal::partition::{Config, ForwardResult, Input, Outcome, Output, Via, Waiter};
use kernel::{Clock, Command, CommandId, Module, PartitionId, Seq, SiteName, Timestamp, View};
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
/// The most that a core is given at once.
const INPUTS_MAX: usize = 64;

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
    /// Where cores run.
    pub place: Arc<dyn Place>,
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
    pub suspects: Suspects,
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
    core: Box<dyn Running>,
    /// When the core has to be asked again if nothing else happens.
    deadline: Timestamp,
    inode: u64,
    waiters: HashMap<Waiter, (CommandId, oneshot::Sender<Outcome>)>,
    next_waiter: Waiter,
}

/// What the core is given next.
#[derive(Default)]
struct Next {
    inputs: Vec<Input>,
    is_last: bool,
}

impl Writer {
    fn run(mut self) {
        let mut back_off = BACK_OFF_MIN;
        for number in 1.. {
            let born = self.context.clock.now();
            let mut life = None;
            let end = catch_unwind(AssertUnwindSafe(|| self.live(number, &mut life)))
                .unwrap_or_else(|panic| Err(Failure::panicked(&*panic)));
            *self
                .shared
                .status
                .write()
                .unwrap_or_else(PoisonError::into_inner) = None;
            self.shared.step_began.store(0, Ordering::Relaxed);
            let Err(failure) = end else { return };
            self.record(&failure);
            if failure.is_broken_off
                && let Some(life) = &life
            {
                let commands = life.waiters.values().map(|(command, _)| *command);
                self.suspects.broke_off(commands);
            }
            // Before the view is removed, the core must have let go of it.
            drop(life);
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

    /// Lives until the site shuts down. `life` is left for whoever has to clean up after a failure.
    fn live(&mut self, number: u64, life: &mut Option<Life>) -> Result<(), Failure> {
        let life = life.insert(self.open(number)?);
        let (engine, partition) = (&self.context.engine, &self.config.partition);
        let watch = self.context.runtime.spawn(pass_on_notices(
            engine.watch(partition),
            self.mail.clone(),
            number,
        ));
        let end = self.work(life);
        watch.abort();
        end
    }

    fn open(&self, number: u64) -> Result<Life, Failure> {
        let (core, state) = self.context.place.open(Opening {
            config: &self.config,
            module: &self.module,
            view_path: &self.view_path,
            keys: self.shared.keys.borrow().clone(),
        })?;
        self.shared.followed.send_replace(state.followed);
        Ok(Life {
            number,
            core,
            deadline: state.deadline,
            inode: inode(&self.view_path),
            waiters: HashMap::new(),
            next_waiter: 0,
        })
    }

    fn work(&mut self, life: &mut Life) -> Result<(), Failure> {
        let mut next = Next::of(Input::Tick);
        loop {
            let is_last = next.is_last;
            self.step(life, next)?;
            if is_last {
                return Ok(());
            }
            next = self.next(life)?;
        }
    }

    fn step(&mut self, life: &mut Life, next: Next) -> Result<(), Failure> {
        let now = self.context.clock.now();
        let follows = next.inputs.iter().any(|i| matches!(i, Input::Follow(_)));
        self.shared
            .step_began
            .store(now.millis(), Ordering::Relaxed);
        let stepped = life.core.step(Work {
            now,
            inputs: next.inputs,
            fault: self.shared.orders.fault(now),
        });
        self.shared.step_began.store(0, Ordering::Relaxed);
        let Stepped { outputs, state } = stepped?;
        life.deadline = state.deadline;
        // Before anybody is answered: whoever was told that a session has ended, or reads what they
        // wrote, must find it so.
        let head = state.status.head.seq;
        self.shared.highest.fetch_max(head, Ordering::Relaxed);
        self.shared.applied.send_if_modified(|seq| {
            let changed = *seq != head;
            *seq = head;
            changed
        });
        *self
            .shared
            .status
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(state.status);
        for output in outputs {
            self.carry_out(life, output);
        }
        if follows {
            self.shared.followed.send_replace(state.followed);
        }
        Ok(())
    }

    /// What has arrived, at least one thing.
    fn next(&mut self, life: &mut Life) -> Result<Next, Failure> {
        loop {
            let now = self.context.clock.now();
            let wait = life.deadline.since(now).clamp(1, SLEEP_MAX_MS);
            let mut next = Next::default();
            match self
                .inbox
                .recv_timeout(Duration::from_millis(wait.unsigned_abs()))
            {
                Ok(mail) => self.take(life, mail, &mut next),
                Err(RecvTimeoutError::Disconnected) => next.is_last = true,
                Err(RecvTimeoutError::Timeout) => {
                    self.check_file(life)?;
                    next.inputs.push(Input::Tick);
                }
            }
            while next.inputs.len() < INPUTS_MAX
                && !next.is_last
                && let Ok(mail) = self.inbox.try_recv()
            {
                self.take(life, mail, &mut next);
            }
            if !next.inputs.is_empty() || next.is_last {
                return Ok(next);
            }
        }
    }

    fn take(&mut self, life: &mut Life, mail: Mail, next: &mut Next) {
        match mail {
            Mail::Submit {
                via,
                command,
                reply,
            } => {
                self.shared.queue.fetch_sub(1, Ordering::Relaxed);
                next.inputs.extend(self.admit(life, via, command, reply));
            }
            Mail::Input(input) => next.inputs.push(input),
            Mail::Result(number, input) if number == life.number => next.inputs.push(input),
            Mail::Result(..) => {}
            Mail::Noise => {
                self.shared.queue.fetch_sub(1, Ordering::Relaxed);
                super::misbehave::noise();
                next.inputs.push(Input::Tick);
            }
            Mail::Close => next.is_last = true,
        }
    }

    fn admit(
        &mut self,
        life: &mut Life,
        via: Via,
        command: Command,
        reply: oneshot::Sender<Outcome>,
    ) -> Option<Input> {
        let outcome = match self.suspects.judge(command.id, life.waiters.is_empty()) {
            Verdict::Admit => {
                life.next_waiter += 1;
                life.waiters.insert(life.next_waiter, (command.id, reply));
                return Some(Input::Submit {
                    waiter: life.next_waiter,
                    via,
                    command,
                });
            }
            Verdict::Later => Outcome::Unavailable {
                cause: "commands that were there when the module broke off are tried alone".into(),
            },
            Verdict::Refuse => Outcome::Refused(suspects::refusal()),
        };
        // Whoever asked may have gone away.
        let _ = reply.send(outcome);
        None
    }

    /// A view file that was removed or replaced under us is made anew.
    fn check_file(&self, life: &Life) -> Result<(), Failure> {
        if inode(&self.view_path) == life.inode {
            return Ok(());
        }
        Err(Failure {
            replaces_view: true,
            ..Failure::outside("the view's file was removed")
        })
    }

    fn carry_out(&mut self, life: &mut Life, output: Output) {
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
                if let Some((command, reply)) = life.waiters.remove(&waiter) {
                    self.suspects.answered(command);
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

impl Next {
    fn of(input: Input) -> Self {
        Self {
            inputs: vec![input],
            ..Self::default()
        }
    }
}

fn inode(path: &PathBuf) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.ino())
}

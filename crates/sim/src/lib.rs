//! The deterministic simulator: two sites with the real partition core, a simulated engine, network
//! and clients, in virtual time on one thread. A seed decides everything; checkers look at what a
//! run left behind.

mod check;
mod dice;
mod engine;
mod history;
mod ledger;
mod network;
mod plan;
mod queue;
mod site;
mod trace;
mod world;

pub use history::Violation;

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed it ran from.
    pub seed: u64,
    /// Fingerprint of everything that happened; the same for the same seed.
    pub trace_hash: String,
    /// What the checkers found; nothing, when all is well.
    pub violations: Vec<Violation>,
    /// Wishes of clients.
    pub issued: usize,
    /// Entries in the chain at the end.
    pub entries: usize,
}

impl Report {
    /// The command that replays this run.
    #[must_use]
    pub fn replay_command(&self) -> String {
        format!("cargo run -p sim -- --seed {} --verbose", self.seed)
    }
}

/// Runs one seed to its end and checks it. With `is_verbose` the trace is printed. A run that
/// panics is a violation too.
#[must_use]
pub fn run(seed: u64, is_verbose: bool) -> Report {
    std::panic::catch_unwind(|| run_and_check(seed, is_verbose)).unwrap_or_else(|_| Report {
        seed,
        trace_hash: String::new(),
        violations: vec![Violation {
            checker: "core",
            detail: "the run panicked".into(),
        }],
        issued: 0,
        entries: 0,
    })
}

fn run_and_check(seed: u64, is_verbose: bool) -> Report {
    let (history, trace) = world::World::new(seed, is_verbose).run();
    Report {
        seed,
        trace_hash: trace.hash(),
        violations: check::all(&history),
        issued: history.issues.len(),
        entries: history.chain.len(),
    }
}

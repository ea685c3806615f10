//! `sekoci keys drill`: shows that shares which people really hold open what the vault really
//! holds. The identity exists in memory alone; nothing but the report is written.
//!
//! With shares that were replaced by newer ones it passes as long as they open the newest segments,
//! and says that they were replaced. Once a site seals for the newer ones, it fails and says so.

use super::shares::{Shares, failure};
use crate::cli::{Failure, Reporting};
use crate::vault::place::{Access, Place};
use kernel::clock::SystemClock;
use kernel::{Clock, Hash, Head, PartitionId, SiteName, Timestamp};
use serde::Serialize;
use vault::Store;
use vault::custody::in_vault::successor;
use vault::custody::newest::{open_newest, partitions};
use vault::custody::{Combined, CustodyError, Holder, Opened, Share, combine, open_all};

/// Arguments of `sekoci keys drill`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    shares: Shares,
    #[command(flatten)]
    reporting: Reporting,
}

/// What was seen; nothing secret.
#[derive(Serialize)]
struct Report {
    passed: bool,
    at: Timestamp,
    set: String,
    trust: Hash,
    needed: u8,
    shares: Vec<Shown>,
    /// The trust that takes the place of these shares', where there is one.
    superseded_by: Option<Hash>,
    partitions: Vec<Seen>,
    shortfalls: Vec<String>,
}

/// A share that was given.
#[derive(Serialize)]
struct Shown {
    share: u8,
    custodian: String,
    /// Unknown where the shares do not combine.
    genuine: Option<bool>,
}

/// One partition.
#[derive(Serialize)]
struct Seen {
    partition: PartitionId,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<Newest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

/// The segment that was opened.
#[derive(Serialize)]
struct Newest {
    number: u64,
    head: Head,
    site: SiteName,
    sealed_at: Timestamp,
    age_seconds: i64,
}

/// Runs it.
///
/// # Errors
/// Refused where the shares cannot be tried at all, failed where they do not open everything.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let store = arguments.place.open(Access::Existing)?;
    let shares = arguments.shares.read()?;
    let report = look(&*store, &shares)?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        report.print();
    }
    if report.passed {
        return Ok(());
    }
    let shortfalls = report.shortfalls.join("; ");
    Err(Failure::failed(format!("the drill failed: {shortfalls}")))
}

fn look(store: &dyn Store, shares: &[Share]) -> Result<Report, Failure> {
    let Some(first) = shares.first() else {
        return Err(Failure::argument("--share", "no share was given"));
    };
    let mut report = Report::new(first, shares);
    match combine(shares) {
        Ok(combined) => {
            report.name_forged(&combined.not_genuine);
            crate::cli::block_on(async {
                if let Err(error) = report.open(store, &combined).await {
                    report.shortfalls.push(error.to_string());
                }
                Ok(())
            })?;
        }
        Err(error) => {
            let failure = failure(&error);
            if failure.is_refusal() {
                return Err(failure);
            }
            report.shortfalls.push(error.to_string());
        }
    }
    report.passed = report.shortfalls.is_empty();
    Ok(report)
}

impl Report {
    fn new(first: &Share, shares: &[Share]) -> Self {
        let claim = first.claim();
        Self {
            passed: false,
            at: SystemClock.now(),
            set: claim.set.to_string(),
            trust: claim.trust,
            needed: claim.rule.threshold(),
            shares: shares.iter().map(Shown::new).collect(),
            superseded_by: None,
            partitions: Vec::new(),
            shortfalls: Vec::new(),
        }
    }

    /// A share that was made up does no harm to a recovery; that somebody has one does.
    fn name_forged(&mut self, forged: &[Holder]) {
        for shown in &mut self.shares {
            let is_forged = |holder: &&Holder| holder.index == shown.share;
            shown.genuine = Some(forged.iter().find(is_forged).is_none());
        }
        let lines = forged
            .iter()
            .map(|holder| format!("{holder} is not genuine"));
        self.shortfalls.extend(lines);
    }

    async fn open(&mut self, store: &dyn Store, combined: &Combined) -> Result<(), CustodyError> {
        let trust = combined.claim.trust;
        let opened = open_all(store, &combined.identity, trust).await?;
        let newer = successor(store, trust).await?;
        self.superseded_by = newer.map(|trust| trust.digest());
        let partitions = partitions(store).await?;
        if partitions.is_empty() {
            let line = "the vault holds no segment: nothing was shown";
            self.shortfalls.push(line.into());
        }
        for partition in partitions {
            let seen = self.see(store, partition, &opened).await;
            self.partitions.push(seen);
        }
        let closed = self.partitions.iter().filter_map(|seen| {
            let cause = seen.cause.as_ref()?;
            Some(format!("{}: {cause}", seen.partition))
        });
        self.shortfalls.extend(closed.collect::<Vec<_>>());
        if let Some(newer) = self.superseded_by
            && !self.shortfalls.is_empty()
        {
            self.shortfalls.push(format!(
                "these shares were replaced: those of trust {newer} count"
            ));
        }
        Ok(())
    }

    async fn see(&self, store: &dyn Store, partition: PartitionId, opened: &Opened) -> Seen {
        let link = open_newest(store, &partition, &opened.identities, &opened.trusted).await;
        let (newest, cause) = match link {
            Ok(link) => {
                let newest = Newest {
                    number: link.number,
                    head: link.head,
                    site: link.site,
                    sealed_at: link.sealed_at,
                    age_seconds: self.at.since(link.sealed_at).max(0) / 1_000,
                };
                (Some(newest), None)
            }
            Err(error) => (None, Some(error.to_string())),
        };
        Seen {
            partition,
            passed: cause.is_none(),
            newest,
            cause,
        }
    }

    fn print(&self) {
        for shown in &self.shares {
            let genuine = match shown.genuine {
                Some(true) => "genuine",
                Some(false) => "NOT GENUINE",
                None => "not known to be genuine",
            };
            println!("share {} ({}): {genuine}", shown.share, shown.custodian);
        }
        for seen in &self.partitions {
            match (&seen.newest, &seen.cause) {
                (Some(newest), _) => println!(
                    "{}  opened: entry {}, sealed {} s ago by site {}",
                    seen.partition, newest.head.seq, newest.age_seconds, newest.site
                ),
                (None, cause) => {
                    let cause = cause.as_deref().unwrap_or("no cause given");
                    println!("{}  NOT OPENED: {cause}", seen.partition);
                }
            }
        }
        if let Some(newer) = &self.superseded_by {
            println!("these shares were replaced: those of trust {newer} count");
        }
        println!("{}", if self.passed { "passed" } else { "FAILED" });
    }
}

impl Shown {
    fn new(share: &Share) -> Self {
        Self {
            share: share.index(),
            custodian: share.custodian().to_owned(),
            genuine: None,
        }
    }
}

//! What a step can do, and what follows from it: to what, with which words, how it is undone, where it
//! may be done and what it needs.

use super::{Safety, Step};
use serde::{Deserialize, Serialize};

/// Something a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// SIGKILL to everything of a site.
    KillSite,
    /// SIGSTOP to everything of a site.
    PauseSite,
    /// SIGKILL to one process of a node, which is not started again before it is put back.
    KillProcess,
    /// SIGSTOP to one process of a node.
    PauseProcess,
    /// Nothing of a site reaches the other nodes, but for its agent.
    CutOff,
    /// What a site sends to the other nodes is late, and some of it lost.
    SlowLink,
    /// A module misbehaves at a site.
    BreakModule,
    /// A configuration that cannot be used is given to a site.
    PushBadConfiguration,
    /// The lead of every partition is handed to a site, in good order.
    SwitchOver,
    /// What was done to a node is put back before the end.
    Restore,
    /// Everything is brought back from the vault alone, elsewhere.
    RebuildFromVault,
    /// A valid account overwrites documents in a workspace of its own.
    SpoilDocuments,
    /// Whoever has a site's token of the vault tries to harm what is there.
    UseStolenCredentials,
    /// People of a workspace of their own act while no administrator answers.
    LoseAdministrators,
}

/// To what something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The site that is named when the drill is started.
    Site,
    /// The other one.
    OtherSite,
    /// The site whose database is the primary.
    Primary,
    /// The witness.
    Witness,
}

/// One process of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Process {
    /// `sekoci serve`.
    Application,
    /// PostgreSQL with everything it started.
    Database,
    /// Patroni; PostgreSQL goes on.
    DatabaseManager,
    /// The member of etcd.
    Etcd,
    /// The vault, where the node's agent runs one.
    Vault,
}

/// How a module misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModuleFault {
    /// It panics, and again whenever it is back, for a time.
    Panic,
    /// A step of it does not end, for a time.
    Hang,
    /// Its mailbox is kept full, for a time.
    Flood,
    /// It takes memory that it does not give back, for a time.
    Leak,
}

/// How a step is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// The node goes on and is started again, links are whole, modules behave.
    Restore,
    /// The lead goes back to whoever had it.
    SwitchBack,
}

/// What has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Every node has an agent.
    Agents,
    /// The journal is kept by PostgreSQL.
    Postgres,
    /// There is a witness.
    Witness,
    /// There is a vault.
    Vault,
    /// Sites say `drills = true`: their modules may be made to misbehave.
    ModuleFaults,
    /// Nodes have a network link that can be cut.
    Link,
}

macro_rules! names {
    ($kind:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in files, requests and reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The one of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }

            /// Their names, for a refusal.
            #[must_use]
            pub fn names() -> String {
                [$($name),+].join(", ")
            }
        }
    };
}

names!(Action {
    KillSite => "kill-site",
    PauseSite => "pause-site",
    KillProcess => "kill-process",
    PauseProcess => "pause-process",
    CutOff => "cut-off",
    SlowLink => "slow-link",
    BreakModule => "break-module",
    PushBadConfiguration => "push-bad-configuration",
    SwitchOver => "switch-over",
    Restore => "restore",
    RebuildFromVault => "rebuild-from-vault",
    SpoilDocuments => "spoil-documents",
    UseStolenCredentials => "use-stolen-credentials",
    LoseAdministrators => "lose-administrators",
});
names!(Target {
    Site => "site",
    OtherSite => "other-site",
    Primary => "primary",
    Witness => "witness",
});
names!(Process {
    Application => "application",
    Database => "database",
    DatabaseManager => "database-manager",
    Etcd => "etcd",
    Vault => "vault",
});
names!(ModuleFault {
    Panic => "panic",
    Hang => "hang",
    Flood => "flood",
    Leak => "leak",
});
names!(Undo {
    Restore => "restore",
    SwitchBack => "switch-back",
});
names!(Need {
    Agents => "agents",
    Postgres => "postgres",
    Witness => "witness",
    Vault => "vault",
    ModuleFaults => "module-faults",
    Link => "link",
});

/// The words of a step that belong to some actions only.
pub const WORDS: [&str; 6] = ["process", "module", "fault", "for", "delay", "loss_pct"];

impl Action {
    /// How it must be undone; `None` where nothing is left of it.
    #[must_use]
    pub const fn undo(self) -> Option<Undo> {
        match self {
            Self::KillSite
            | Self::PauseSite
            | Self::KillProcess
            | Self::PauseProcess
            | Self::CutOff
            | Self::SlowLink
            | Self::BreakModule
            | Self::PushBadConfiguration => Some(Undo::Restore),
            Self::SwitchOver => Some(Undo::SwitchBack),
            Self::Restore
            | Self::RebuildFromVault
            | Self::SpoilDocuments
            | Self::UseStolenCredentials
            | Self::LoseAdministrators => None,
        }
    }

    /// The weakest safety a scenario with it may claim.
    #[must_use]
    pub const fn safety(self) -> Safety {
        match self {
            Self::SwitchOver
            | Self::Restore
            | Self::RebuildFromVault
            | Self::SpoilDocuments
            | Self::UseStolenCredentials
            | Self::LoseAdministrators => Safety::SafeInProduction,
            Self::KillSite
            | Self::PauseSite
            | Self::KillProcess
            | Self::PauseProcess
            | Self::CutOff
            | Self::SlowLink
            | Self::BreakModule
            | Self::PushBadConfiguration => Safety::RehearsalOnly,
        }
    }

    /// To what it can be done; empty where it has no target.
    #[must_use]
    pub const fn targets(self) -> &'static [Target] {
        match self {
            Self::KillSite | Self::PauseSite | Self::CutOff | Self::SlowLink => {
                &[Target::Site, Target::OtherSite, Target::Primary]
            }
            Self::KillProcess | Self::PauseProcess | Self::Restore => Target::ALL,
            Self::BreakModule | Self::PushBadConfiguration | Self::SwitchOver => {
                &[Target::Site, Target::OtherSite]
            }
            Self::RebuildFromVault
            | Self::SpoilDocuments
            | Self::UseStolenCredentials
            | Self::LoseAdministrators => &[],
        }
    }

    /// Words it must have, and words it may have.
    #[must_use]
    pub const fn words(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::KillProcess | Self::PauseProcess => (&["process"], &[]),
            Self::BreakModule => (&["module", "fault"], &["for"]),
            Self::SlowLink => (&[], &["delay", "loss_pct"]),
            _ => (&[], &[]),
        }
    }

    /// What it needs, given its step.
    #[must_use]
    pub fn needs(self, step: &Step) -> Vec<Need> {
        let mut needs = match self {
            Self::KillSite | Self::PauseSite | Self::PushBadConfiguration => vec![Need::Agents],
            Self::KillProcess | Self::PauseProcess => match step.process.as_deref() {
                Some("application") => vec![Need::Agents],
                Some("vault") => vec![Need::Agents, Need::Vault],
                _ => vec![Need::Agents, Need::Postgres],
            },
            Self::CutOff | Self::SlowLink => vec![Need::Agents, Need::Link],
            Self::BreakModule => vec![Need::ModuleFaults],
            Self::RebuildFromVault | Self::UseStolenCredentials => vec![Need::Vault],
            Self::SwitchOver | Self::Restore | Self::SpoilDocuments | Self::LoseAdministrators => {
                Vec::new()
            }
        };
        match step.target.as_deref() {
            Some("witness") => needs.push(Need::Witness),
            Some("primary") if !needs.contains(&Need::Postgres) => needs.push(Need::Postgres),
            _ => {}
        }
        needs
    }

    /// Whether it takes a whole site away from its people.
    #[must_use]
    pub const fn takes_site(self) -> bool {
        matches!(self, Self::KillSite | Self::PauseSite | Self::CutOff)
    }

    /// Whether it leaves something broken.
    #[must_use]
    pub const fn breaks(self) -> bool {
        matches!(self.undo(), Some(Undo::Restore))
    }

    /// Whether it runs a procedure of its own, so that no other step can be beside it.
    #[must_use]
    pub const fn is_procedure(self) -> bool {
        matches!(
            self,
            Self::RebuildFromVault
                | Self::SpoilDocuments
                | Self::UseStolenCredentials
                | Self::LoseAdministrators
        )
    }
}

impl Step {
    /// The words it has of those that belong to some actions only.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let has = [
            self.process.is_some(),
            self.module.is_some(),
            self.fault.is_some(),
            self.lasts.is_some(),
            self.delay.is_some(),
            self.loss_pct.is_some(),
        ];
        let words = WORDS.into_iter().zip(has);
        words
            .filter(|(_, has)| *has)
            .map(|(word, _)| word)
            .collect()
    }
}

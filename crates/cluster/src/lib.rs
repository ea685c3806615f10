//! The processes of one site: etcd, Patroni with its PostgreSQL, and whatever else the site runs.
//!
//! [`SiteProcesses`] writes their configuration, starts and supervises them, and does to them what a
//! drill needs: kill, pause, resume, stop, start again. [`PatroniClient`] and [`EtcdClient`] ask the
//! cluster how it is; [`Hastener`] shortens a failover without weakening it.
//!
//! Nothing here knows what the database is for. A site without a database has only its extra children.

mod configuration;
mod etcd;
mod hasten;
mod http;
mod keeper;
mod launch;
mod patroni;
mod process;
mod programs;
mod secrets;
mod site;
mod spec;
mod supervise;
mod template;
mod wait;

pub use configuration::{Error as ConfigurationError, write as write_configuration};
pub use etcd::{Compare, Error as EtcdError, EtcdClient, KeyValue, Operation, TxnOutcome};
pub use hasten::{
    Error as HastenError, Hastener, HastenerSettings, Observation, Refusal, StandbySays,
    Step as HastenStep,
};
pub use patroni::{ClusterMember, Error as PatroniError, MemberStatus, PatroniClient, Role};
pub use programs::{MissingPrograms, missing_programs};
pub use secrets::{Error as SecretsError, Secrets};
pub use site::{Error as SiteError, SiteProcesses, SiteStatus};
pub use spec::{Copy, DatabaseSpec, ExtraChild, LeaseTimes, Member, Ports, SiteSpec};
pub use supervise::ChildStatus;
pub use wait::{TimedOut, until};

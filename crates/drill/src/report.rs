//! What a drill found.

use crate::functions::FunctionGap;
use kernel::Timestamp;
use kernel::id::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a drill stands; for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Checking that the installation is whole.
    Preparing,
    /// Under load, before the fault.
    Warming,
    /// The fault is there.
    Broken,
    /// Bringing the site back.
    Restoring,
    /// Counting and comparing.
    Comparing,
    /// Done.
    Done,
}

/// The evidence of one drill. Times are milliseconds; moments are milliseconds since the Unix epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub drill_id: Uuid,
    /// The scenario.
    pub scenario: String,
    /// The site it broke.
    pub site: String,
    /// How.
    pub fault: String,
    /// Whether everything it promises was seen.
    pub passed: bool,
    /// What was missing, where it did not pass.
    pub shortfalls: Vec<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When the fault was injected.
    pub fault_at: Option<Timestamp>,
    /// From the fault until two of three vantage points had noticed.
    pub detected_ms: Option<i64>,
    /// From the fault until people could write again: to the acknowledgement that ends the longest gap
    /// between acknowledged writes, all of which were read back.
    pub rto_ms: Option<i64>,
    /// The longest time between two acknowledged writes around the fault.
    pub write_gap_ms: Option<i64>,
    /// Messages sent.
    pub sent: u64,
    /// Messages acknowledged.
    pub acknowledged: u64,
    /// Acknowledged messages found afterwards at both sites.
    pub present: u64,
    /// Acknowledged messages not found.
    pub lost: u64,
    /// Messages found more than once.
    pub duplicated: u64,
    /// Messages refused for good.
    pub refused: u64,
    /// From the order to start the site again until it served, was in step and fully protected.
    pub rejoin_ms: Option<i64>,
    /// The rows of every module are the same at both sites.
    pub views_equal: Option<bool>,
    /// Every chain was walked and is whole.
    pub chains_valid: Option<bool>,
    /// Acknowledgement times over the whole load: median, 99th percentile, worst.
    pub acknowledged_after_ms: Percentiles,
    /// The sites.
    pub sites: Vec<SiteLine>,
    /// The engine, as it describes itself.
    pub engine: Value,
    /// Versions of what took part.
    pub versions: Value,
    /// Each function of each module with its longest gap at the surviving site.
    pub functions: Vec<FunctionGap>,
    /// What the continuity record says about it.
    pub timeline: Vec<Value>,
    /// Messages a second that were asked for, and seconds of load after the fault.
    pub load: LoadLine,
}

/// A site in the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SiteLine {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Writes it acknowledged.
    pub acknowledged: u64,
}

/// The load of a drill.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LoadLine {
    /// Messages a second over both sites.
    pub rate: f64,
    /// Seconds of load after the fault.
    pub seconds: u64,
}

/// A distribution in three numbers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Percentiles {
    /// Median.
    pub p50: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Worst.
    pub worst: Option<f64>,
}

//! What a drill found.

use crate::engine::PutBack;
use crate::finding::Finding;
use crate::function_line::FunctionLine;
use crate::scenario::Workload;
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
    /// Messages that were under way when something was ordered to be broken.
    #[serde(default)]
    pub in_flight: u64,
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
    /// Each function of each module, as it fared at the surviving site.
    pub functions: Vec<FunctionLine>,
    /// The share of functions that worked again within their objective.
    pub functions_available_pct: Option<f64>,
    /// What has to be seen to.
    pub findings: Vec<Finding>,
    /// Where the scenario may be run.
    pub safety: String,
    /// What was done, in order, with the moment.
    pub steps: Vec<StepLine>,
    /// What was put back.
    pub put_back: Vec<PutBack>,
    /// Why the drill did not come to its end, where it did not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub aborted: Option<String>,
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
    /// What it is about.
    pub workload: Workload,
}

/// A step that was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepLine {
    /// When.
    pub at: Timestamp,
    /// What: `kill-process database at b`.
    pub what: String,
}

impl Report {
    /// Of a drill that has shown nothing yet.
    #[must_use]
    pub fn empty(drill_id: Uuid, scenario: &str) -> Self {
        Self {
            drill_id,
            scenario: scenario.into(),
            site: String::new(),
            fault: String::new(),
            passed: false,
            shortfalls: Vec::new(),
            started_at: Timestamp(0),
            fault_at: None,
            detected_ms: None,
            rto_ms: None,
            write_gap_ms: None,
            sent: 0,
            acknowledged: 0,
            present: 0,
            lost: 0,
            duplicated: 0,
            refused: 0,
            in_flight: 0,
            rejoin_ms: None,
            views_equal: None,
            chains_valid: None,
            acknowledged_after_ms: Percentiles::default(),
            sites: Vec::new(),
            engine: Value::Null,
            versions: Value::Null,
            functions: Vec::new(),
            functions_available_pct: None,
            findings: Vec::new(),
            safety: String::new(),
            steps: Vec::new(),
            put_back: Vec::new(),
            aborted: None,
            timeline: Vec::new(),
            load: LoadLine {
                rate: 0.0,
                seconds: 0,
                workload: Workload::Orders,
            },
        }
    }
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

//! Identifiers of what this module owns.

use kernel::define_id;

define_id! {
    /// Something the workspace depends on. Made by the client, or derived from the command that
    /// brought many.
    AssetId
}
define_id! {
    /// A line of the drill calendar; made by the client, or derived from the command of a template.
    DrillPlanId
}
define_id! {
    /// Something a drill showed to be amiss; made by the client, or derived from the drill.
    FindingId
}
define_id! {
    /// A time in which an objective was missed; derived from the asset, the objective and how often
    /// it was missed before, so that two sites note it once.
    BreachId
}

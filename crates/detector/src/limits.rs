//! How much is kept. Twenty people after five days of work: 309 kB as JSON (measured). With every
//! limit reached, by reckoning: some 5 kB an actor and 24 bytes an object, together about 25 MB, and
//! up to 70 kB more for each actor that swept everything.

/// Actors that are remembered; beyond that those who did nothing for longest are forgotten.
pub const ACTORS_MAX: usize = 4_096;
/// Objects an actor harmed that are told apart; beyond that the older half is forgotten, and an
/// object that was forgotten counts anew. Outside a maintenance window nobody gets so far without a
/// verdict.
pub const OBJECTS_PER_ACTOR_MAX: usize = 4_096;
/// Objects that are told apart over all actors; beyond that the largest actor's older half is
/// forgotten.
pub const OBJECTS_MAX: usize = 200_000;
/// Objects and people of a sweep that are told apart per actor.
pub const SWEPT_MAX: usize = 1_024;
/// Spoiled objects that are remembered per actor.
pub const SPOILED_MAX: usize = 64;
/// Entries a piece of evidence names, the latest.
pub const EVIDENCE_ENTRIES_MAX: usize = 16;
/// Closed windows of one length that make an actor's own baseline.
pub const OWN_WINDOWS_MAX: usize = 24;
/// Closed windows of one length that make the workspace's baseline.
pub const WORKSPACE_WINDOWS_MAX: usize = 256;
/// Canaries.
pub const CANARIES_MAX: usize = 1_024;
/// Maintenance windows that are kept; those that are over are dropped first.
pub const MAINTENANCE_MAX: usize = 256;

//! Identifiers of what this module owns.

use kernel::define_id;

define_id! {
    /// A role of the command team; made by the client.
    CommandRoleId
}
define_id! {
    /// A shift of the on-call calendar; made by the client.
    ShiftId
}
define_id! {
    /// A way to reach a person; made by the client.
    PointId
}
define_id! {
    /// A call; made by the client, or following from the fact for which a site places it.
    CallId
}
define_id! {
    /// Something sent to one contact point. Follows from what it tells, so that it is told under the
    /// same id whoever sends it, and however often.
    MessageId
}
define_id! {
    /// An incident; made by the client, or following from the fact for which a site opens it.
    IncidentId
}
define_id! {
    /// A task of an incident; made by the client.
    TaskId
}
define_id! {
    /// A request for break-glass access; made by the client.
    RequestId
}

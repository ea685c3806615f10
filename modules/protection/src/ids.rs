//! Identifiers of what this module owns, and of the documents it knows by their ids alone.

use kernel::define_id;

define_id! {
    /// An alarm. Follows from the entry that raised it, so that two sites raise it once.
    AlarmId
}
define_id! {
    /// A maintenance window; made by the client.
    WindowId
}
define_id! {
    /// A rewind; made by the client.
    RewindId
}
define_id! {
    /// A document, folder or file of the module `documents`.
    ItemId
}

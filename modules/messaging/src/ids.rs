//! Identifiers of what this module owns.

use kernel::{CommandId, define_id};

define_id! {
    /// A conversation: one-to-one, group or official channel.
    ConversationId
}
define_id! {
    /// A message. Made by the client (version 7), so that a retry anywhere is the same message.
    MessageId
}

impl ConversationId {
    /// The id of the conversation another system knew as `external_id`.
    #[must_use]
    pub fn imported(external_id: &str) -> Self {
        Self(CommandId::derived(&format!("imported-conversation/{external_id}")).0)
    }
}

impl MessageId {
    /// The id of the message another system knew as `external_id`: importing it twice finds it.
    #[must_use]
    pub fn imported(external_id: &str) -> Self {
        Self(CommandId::derived(&format!("imported-message/{external_id}")).0)
    }
}

//! What can be asked. Every query checks for itself what the asker may see.

mod attachment;
mod conversation;
mod conversation_list;
mod conversation_members;
mod counts;
mod draft_list;
mod message_history;
mod message_list;
mod message_row;
mod read_by;
mod search;
mod thread;
mod unread;
mod urgent_acknowledgements;
mod urgent_list;

pub use attachment::attachment;
pub use conversation::{ConversationDetails, ConversationParams, conversation};
pub use conversation_list::{
    ConversationListParams, ConversationRow, LastMessage, conversation_list,
};
pub use conversation_members::{ConversationMembersParams, MemberRow, conversation_members};
pub use counts::{Counts, CountsParams, counts};
pub use draft_list::{DraftListParams, DraftRow, draft_list};
pub use kernel::page::Page;
pub use message_history::{MessageHistoryParams, VersionRow, message_history};
pub use message_list::{MessageListParams, MessagePage, message_list};
pub use message_row::{MessageRow, ReactionCount, UrgentState};
pub use read_by::{PersonAt, PersonRow, ReadBy, ReadByParams, read_by};
pub use search::{FoundMessage, SearchParams, search};
pub use thread::{Thread, ThreadParams, thread};
pub use unread::{Unread, UnreadConversation, UnreadParams, unread};
pub use urgent_acknowledgements::{
    UrgentAcknowledgements, UrgentAcknowledgementsParams, urgent_acknowledgements,
};
pub use urgent_list::{UrgentListParams, urgent_list};

use kernel::{QuerySpec, SchemaOf, run_query};

macro_rules! query {
    ($name:literal, $summary:literal, $parameters:ty, $answer:ty, $run:path) => {
        QuerySpec {
            name: $name,
            summary: $summary,
            parameters: SchemaOf::of::<$parameters>(),
            answer: SchemaOf::of::<$answer>(),
            run: |rows, actor, text| run_query(rows, actor, text, $run),
        }
    };
}

/// The queries of this module.
pub const QUERIES: &[QuerySpec] = &[
    query!(
        "conversation-list",
        "The conversations one may read, the latest first.",
        ConversationListParams,
        Page<ConversationRow>,
        conversation_list
    ),
    query!(
        "conversation",
        "One conversation.",
        ConversationParams,
        ConversationDetails,
        conversation
    ),
    query!(
        "conversation-members",
        "Who is in a conversation, by name.",
        ConversationMembersParams,
        Page<MemberRow>,
        conversation_members
    ),
    query!(
        "message-list",
        "Messages of a conversation, by position.",
        MessageListParams,
        MessagePage,
        message_list
    ),
    query!(
        "thread",
        "A message with its replies.",
        ThreadParams,
        Thread,
        thread
    ),
    query!(
        "message-history",
        "All texts a message had, for its author and moderators.",
        MessageHistoryParams,
        Page<VersionRow>,
        message_history
    ),
    query!(
        "read-by",
        "Who has read a message and who has not, of those it was meant for.",
        ReadByParams,
        ReadBy,
        read_by
    ),
    query!(
        "search",
        "Messages that hold all words of a text, the latest first.",
        SearchParams,
        Page<FoundMessage>,
        search
    ),
    query!(
        "urgent-list",
        "Urgent notices that wait for one's acknowledgement.",
        UrgentListParams,
        Page<MessageRow>,
        urgent_list
    ),
    query!(
        "urgent-acknowledgements",
        "Who has acknowledged an urgent notice and who is waited for.",
        UrgentAcknowledgementsParams,
        UrgentAcknowledgements,
        urgent_acknowledgements
    ),
    query!(
        "draft-list",
        "One's drafts, the latest first.",
        DraftListParams,
        Page<DraftRow>,
        draft_list
    ),
    query!(
        "unread",
        "How much one has not read.",
        UnreadParams,
        Unread,
        unread
    ),
    query!(
        "counts",
        "How much the workspace holds, for whoever may import.",
        CountsParams,
        Counts,
        counts
    ),
];

-- Rows of this module's own chain. They follow from its entries alone: apply never reads the tables
-- at the end, which follow the directory, because the two chains may interleave differently at
-- every site.

CREATE TABLE conversation (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,                     -- direct, group, channel
    audience TEXT NOT NULL,                 -- members, everyone
    posters TEXT NOT NULL,                  -- members (whoever reads), listed (table poster)
    name TEXT,
    topic TEXT,
    created_by BLOB,                        -- NULL: imported without one
    created_at INTEGER NOT NULL,
    archived_at INTEGER,
    direct_pair BLOB UNIQUE,                -- both people's ids, the smaller first
    is_imported INTEGER NOT NULL,           -- brought from another system: messages may follow
    last_position INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL,
    history_end INTEGER NOT NULL DEFAULT 0  -- messages up to here came with an import: read
);

CREATE TABLE member (
    conversation INTEGER NOT NULL,
    person BLOB NOT NULL,
    since INTEGER NOT NULL,                 -- last position when they joined
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (conversation, person)
) WITHOUT ROWID;
CREATE INDEX member_by_person ON member (person, conversation);

CREATE TABLE former_member (
    conversation INTEGER NOT NULL,
    person BLOB NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,                 -- last position when they left
    PRIMARY KEY (conversation, person, since, until)
) WITHOUT ROWID;

CREATE TABLE poster (
    conversation INTEGER NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (conversation, person)
) WITHOUT ROWID;

-- key = conversation << 32 | position: one conversation's messages lie together, in order.
CREATE TABLE message (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    seq INTEGER NOT NULL,                   -- of the entry that posted it
    author BLOB NOT NULL,
    time INTEGER NOT NULL,
    text TEXT NOT NULL,                     -- empty once deleted
    thread INTEGER,                         -- key of the message it replies to
    mentions BLOB,                          -- people's ids, 16 bytes each
    mentions_everyone INTEGER NOT NULL,     -- 1: it does; -1: it did before it was deleted
    attachments TEXT,                       -- JSON
    edited_at INTEGER,
    deleted_at INTEGER,
    deleted_by BLOB,
    reply_count INTEGER NOT NULL DEFAULT 0,
    last_reply_at INTEGER
);
CREATE INDEX message_thread ON message (thread, key) WHERE thread IS NOT NULL;
CREATE INDEX message_to_everyone ON message (key) WHERE mentions_everyone = 1;

CREATE TABLE message_version (
    message INTEGER NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (message, version)
) WITHOUT ROWID;

CREATE TABLE mention (
    person BLOB NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (person, message)
) WITHOUT ROWID;

CREATE TABLE reaction (
    message INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    person BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (message, emoji, person)
) WITHOUT ROWID;

CREATE TABLE read_mark (
    conversation INTEGER NOT NULL,
    person BLOB NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation, person)
) WITHOUT ROWID;

-- Every mark ever set: tells when somebody read a certain message.
CREATE TABLE read_step (
    conversation INTEGER NOT NULL,
    person BLOB NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation, person, position)
) WITHOUT ROWID;

CREATE TABLE draft (
    person BLOB NOT NULL,
    conversation INTEGER NOT NULL,
    thread INTEGER NOT NULL,                -- 0: not in a thread
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (person, conversation, thread)
) WITHOUT ROWID;

CREATE TABLE urgent (
    message INTEGER PRIMARY KEY,
    remind_every_ms INTEGER NOT NULL,
    until INTEGER,
    next_at INTEGER NOT NULL,
    reminders INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER,
    closed_because TEXT                     -- all_acknowledged, expired, deleted
);
CREATE INDEX urgent_open ON urgent (next_at) WHERE closed_at IS NULL;

CREATE TABLE acknowledgement (
    message INTEGER NOT NULL,
    person BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (message, person)
) WITHOUT ROWID;

-- Search. The tokens are made by search_text::tokens; removing a row needs the same tokens again.
CREATE VIRTUAL TABLE message_text USING fts5 (
    tokens, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);

-- Followed from the directory.

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    added_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    permissions INTEGER NOT NULL            -- bits of access::Permissions
) WITHOUT ROWID;

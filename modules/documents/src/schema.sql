-- Rows of this module's own chain. They follow from its entries alone: apply never reads the tables
-- at the end, which follow the directory, because the two chains may interleave differently at
-- every site.

CREATE TABLE item (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,                     -- folder, document, file
    parent INTEGER,                         -- NULL: at the top
    name TEXT NOT NULL,
    inherits INTEGER NOT NULL,              -- whether the grants of what it lies in hold here too
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    changed_by BLOB NOT NULL,               -- its content, or its name where it has none
    changed_at INTEGER NOT NULL,
    trashed_at INTEGER,                     -- what lies in something trashed is trashed with it
    trashed_by BLOB,
    file TEXT                               -- JSON, of a file
);
CREATE INDEX item_in ON item (parent, kind);
CREATE INDEX item_trashed ON item (trashed_at) WHERE trashed_at IS NOT NULL;

CREATE TABLE permission (
    item INTEGER NOT NULL,
    kind INTEGER NOT NULL,                  -- 0 person, 1 group, 2 department, 3 everyone but guests
    subject BLOB NOT NULL,                  -- empty for everyone
    role INTEGER NOT NULL,                  -- 1 viewer, 2 commenter, 3 editor, 4 manager
    PRIMARY KEY (item, kind, subject)
) WITHOUT ROWID;

-- What a document holds: `state` is everything up to `merged_seq`, `text` its plain text, which the
-- index holds; the updates after it lie in document_update until they are merged too.
CREATE TABLE content (
    item INTEGER PRIMARY KEY,
    state BLOB NOT NULL,
    text TEXT NOT NULL,
    merged_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    snapshot_seq INTEGER NOT NULL
);
CREATE INDEX content_unsettled ON content (last_at) WHERE last_seq > merged_seq;

-- Every update ever made, in order: the time machine. key = item << 32 | seq.
CREATE TABLE document_update (
    key INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author BLOB NOT NULL,
    bytes BLOB NOT NULL,
    origin TEXT                             -- JSON; NULL: somebody typed
);

-- States on the way, so that any moment is reached in a few hundred updates. key as above.
CREATE TABLE snapshot (
    key INTEGER PRIMARY KEY,
    state BLOB NOT NULL
);

-- Who wrote when: updates of one person without a long pause.
CREATE TABLE sitting (
    item INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    author BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    updates INTEGER NOT NULL,
    origin TEXT,
    PRIMARY KEY (item, first_seq)
) WITHOUT ROWID;
CREATE INDEX sitting_of ON sitting (item, author, first_seq);
CREATE INDEX sitting_last ON sitting (item, last_seq);

CREATE TABLE version (
    id BLOB PRIMARY KEY,
    item INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    named_by BLOB NOT NULL,
    named_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX version_of ON version (item, named_at);

CREATE TABLE comment (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    item INTEGER NOT NULL,
    thread INTEGER,                         -- key of the comment it replies to
    author BLOB NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,                     -- shown to nobody once deleted, like the quote
    mentions TEXT NOT NULL,                 -- JSON
    anchor TEXT,                            -- base64 of a Yjs relative position, the editor's own
    quote TEXT,
    edited_at INTEGER,
    deleted_at INTEGER,
    resolved_at INTEGER,
    resolved_by BLOB
);
CREATE INDEX comment_on ON comment (item, thread, key);

CREATE TABLE attached (
    item INTEGER NOT NULL,
    attachment BLOB NOT NULL,
    file TEXT NOT NULL,                     -- JSON
    attached_by BLOB NOT NULL,
    attached_at INTEGER NOT NULL,
    PRIMARY KEY (item, attachment)
) WITHOUT ROWID;

-- Search: name and text. The tokens are made by search_text::tokens; removing a row needs the same
-- tokens again.
CREATE VIRTUAL TABLE item_text USING fts5 (
    tokens, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);

-- Followed from the directory.

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    permissions INTEGER NOT NULL            -- bits of access::Permissions
) WITHOUT ROWID;

CREATE TABLE department (
    id BLOB PRIMARY KEY,
    parent BLOB
) WITHOUT ROWID;

CREATE TABLE department_member (
    person BLOB NOT NULL,
    department BLOB NOT NULL,
    PRIMARY KEY (person, department)
) WITHOUT ROWID;
CREATE INDEX department_member_in ON department_member (department);

CREATE TABLE team (
    id BLOB PRIMARY KEY
) WITHOUT ROWID;

-- What somebody belongs to: kind 1 a group, 2 a department or one above it.
CREATE TABLE belongs (
    person BLOB NOT NULL,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    PRIMARY KEY (person, kind, subject)
) WITHOUT ROWID;
CREATE INDEX belongs_to ON belongs (kind, subject);

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    user_key TEXT NOT NULL UNIQUE, -- lower case
    name TEXT NOT NULL,
    name_key TEXT NOT NULL, -- lower case
    password_hash TEXT NOT NULL,
    is_operator INTEGER NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    sessions_ended_seq INTEGER NOT NULL DEFAULT 0, -- sessions begun before this entry are over
    session_spared BLOB -- but not this one
) WITHOUT ROWID;
CREATE TABLE session_end (
    account BLOB NOT NULL REFERENCES account,
    session BLOB NOT NULL,
    PRIMARY KEY (account, session)
) WITHOUT ROWID;
CREATE TABLE workspace (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE, -- lower case
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE data_key (
    workspace BLOB NOT NULL REFERENCES workspace,
    id INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE TABLE signing_key (
    id INTEGER PRIMARY KEY,
    seed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    is_revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE passkey (
    credential_id TEXT PRIMARY KEY,
    account BLOB NOT NULL REFERENCES account,
    label TEXT NOT NULL,
    credential TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX passkey_of_account ON passkey (account);
CREATE TABLE evidence_key (
    key BLOB PRIMARY KEY, -- public
    site TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    retired_at INTEGER,
    is_revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

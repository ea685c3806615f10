CREATE TABLE note (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    incident BLOB,
    kind TEXT NOT NULL,
    site TEXT,
    at INTEGER NOT NULL,
    noted_by TEXT NOT NULL,
    detail TEXT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE INDEX note_incident ON note (incident, at);
CREATE INDEX note_kind ON note (kind, at);
CREATE TABLE drill (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    scenario TEXT NOT NULL,
    site TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    ended_at INTEGER,
    passed INTEGER,
    report TEXT,
    -- When somebody asked whoever runs it to stop.
    stop_asked_at INTEGER
);
-- Followed from the installation.
CREATE TABLE account (
    id BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    is_operator INTEGER NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID;

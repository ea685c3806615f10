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
-- A step at a site in five minutes; the lists hold one number for each minute.
CREATE TABLE availability (
    started_at INTEGER NOT NULL,
    site TEXT NOT NULL,
    step TEXT NOT NULL,
    module TEXT NOT NULL,
    tried TEXT NOT NULL,
    failed TEXT NOT NULL,
    worst_ms TEXT NOT NULL,
    -- Minutes in which something was tried.
    measured INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (started_at, site, step)
) WITHOUT ROWID;
CREATE INDEX availability_flawed ON availability (started_at) WHERE measured < 5 OR failures > 0;
CREATE TABLE exclusion (
    id BLOB PRIMARY KEY,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_by TEXT
) WITHOUT ROWID;
-- Followed from the installation.
CREATE TABLE account (
    id BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    is_operator INTEGER NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID;

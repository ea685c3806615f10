CREATE TABLE alarm (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    person BLOB NOT NULL,
    level TEXT NOT NULL,                    -- medium, high
    raised_at INTEGER NOT NULL,
    finding TEXT NOT NULL,                  -- JSON
    closed_at INTEGER,
    closed_by BLOB,
    judgement TEXT,                         -- honest, attack
    note TEXT
);
CREATE INDEX alarm_of ON alarm (person, key);

CREATE TABLE canary (
    item BLOB PRIMARY KEY,
    planted_by BLOB NOT NULL,
    planted_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE maintenance (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    person BLOB,                            -- NULL: everyone
    begins_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    kinds TEXT NOT NULL,                    -- JSON
    reason TEXT NOT NULL,
    declared_by BLOB NOT NULL,
    declared_at INTEGER NOT NULL,
    ended_by BLOB
);
CREATE INDEX maintenance_until ON maintenance (ends_at);

CREATE TABLE rewind (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    selection TEXT NOT NULL,                -- JSON
    note TEXT NOT NULL,
    proposed_by BLOB NOT NULL,
    proposed_at INTEGER NOT NULL,
    approved_by BLOB,
    approved_at INTEGER,
    choices TEXT,                           -- JSON
    withdrawn_by BLOB,
    withdrawn_at INTEGER,
    completed_at INTEGER,
    outcome TEXT                            -- JSON
);
CREATE INDEX rewind_under_way ON rewind (key)
    WHERE approved_at IS NOT NULL AND completed_at IS NULL;

-- Followed from the directory; apply never reads these.

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    released_at INTEGER                     -- when they were last released from quarantine
) WITHOUT ROWID;

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    may_manage INTEGER NOT NULL,            -- whether it has protection.manage
    may_run INTEGER NOT NULL                -- whether it has workspace.manage
) WITHOUT ROWID;

CREATE TABLE asset (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    owner BLOB,
    description TEXT NOT NULL,
    review_days INTEGER NOT NULL,
    measured_by TEXT,
    registered_at INTEGER NOT NULL,
    reviewed_at INTEGER NOT NULL,           -- when it was last said to be true
    reviewed_by BLOB,                       -- NULL: only registered or edited since
    review_due_at INTEGER NOT NULL,
    retired_at INTEGER,
    retired_by BLOB,
    retired_reason TEXT,
    impact TEXT,                            -- JSON
    answered_at INTEGER,
    answered_by BLOB,
    class INTEGER,
    tolerable_ms INTEGER,
    rto_target_ms INTEGER,
    rpo_target_ms INTEGER,
    currency TEXT,
    minor_per_minute INTEGER,
    baseline_ms INTEGER
);
CREATE INDEX asset_of ON asset (owner) WHERE owner IS NOT NULL;
CREATE INDEX asset_measured ON asset (measured_by) WHERE measured_by IS NOT NULL;

CREATE TABLE dependency (
    asset INTEGER NOT NULL,                 -- asset.number
    depends_on INTEGER NOT NULL,
    PRIMARY KEY (asset, depends_on)
) WITHOUT ROWID;
CREATE INDEX dependent ON dependency (depends_on, asset);

CREATE TABLE objective_change (
    number INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by BLOB NOT NULL,
    rto_target_ms INTEGER,                  -- NULL: withdrawn
    rpo_target_ms INTEGER,
    reason TEXT NOT NULL
);
CREATE INDEX objective_change_of ON objective_change (asset, number);

CREATE TABLE planned_role (
    role TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    duty TEXT NOT NULL,
    deputies INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE planned_form (
    form TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    fields TEXT NOT NULL                    -- JSON
) WITHOUT ROWID;

CREATE TABLE template_applied (
    template TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    clauses TEXT NOT NULL,                  -- JSON
    applied_at INTEGER NOT NULL,
    applied_by BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE drill_plan (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    scenario TEXT NOT NULL UNIQUE,
    every_days INTEGER NOT NULL,
    first_due_at INTEGER NOT NULL,
    assignee BLOB,
    planned_at INTEGER NOT NULL,
    cancelled_at INTEGER,
    cancelled_by BLOB,
    cancelled_reason TEXT
);

CREATE TABLE finding (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    scenario TEXT NOT NULL,
    words TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB,                       -- NULL: a drill
    drill BLOB,
    drill_number INTEGER,
    owner BLOB,
    due_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by BLOB,
    closed_drill BLOB,
    closed_reason TEXT
);
CREATE INDEX finding_of ON finding (scenario, closed_at);
CREATE UNIQUE INDEX finding_of_drill ON finding (drill, drill_number) WHERE drill IS NOT NULL;

CREATE TABLE breach (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    asset INTEGER NOT NULL,
    missed TEXT NOT NULL,                   -- rto, rpo
    target_ms INTEGER NOT NULL,
    measured_ms INTEGER,
    measured_by TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    cleared_at INTEGER
);
CREATE INDEX breach_of ON breach (asset, missed, number);

CREATE TABLE rollout (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    begins_at INTEGER NOT NULL,
    begun_by BLOB NOT NULL
);

CREATE TABLE task (
    task TEXT PRIMARY KEY,
    is_done INTEGER NOT NULL,
    note TEXT NOT NULL,
    ticked_at INTEGER NOT NULL,
    ticked_by BLOB NOT NULL
) WITHOUT ROWID;

-- Followed from the directory and the continuity record; apply never reads these.

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    handle TEXT NOT NULL,                   -- in lower case
    locale TEXT,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX person_handle ON person (handle);

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    may_read INTEGER NOT NULL,              -- whether it has programme.read
    may_manage INTEGER NOT NULL             -- whether it has programme.manage
) WITHOUT ROWID;

CREATE TABLE drill (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    scenario TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    passed INTEGER,
    rto_ms INTEGER,
    lost INTEGER
);
CREATE INDEX drill_of ON drill (scenario, ended_at);

CREATE TABLE drill_function (
    drill BLOB NOT NULL,
    module TEXT NOT NULL,
    name TEXT NOT NULL,
    rto_ms INTEGER,                         -- NULL: it did not come back, or was not measured
    PRIMARY KEY (drill, module, name)
) WITHOUT ROWID;

CREATE TABLE drill_finding (
    drill BLOB NOT NULL,
    number INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (drill, number)
) WITHOUT ROWID;

CREATE TABLE command_role (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,          -- lower case
    powers TEXT NOT NULL,
    place INTEGER NOT NULL,
    holder BLOB
) WITHOUT ROWID;

CREATE TABLE command_deputy (
    role BLOB NOT NULL,
    place INTEGER NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (role, place)
) WITHOUT ROWID;
CREATE INDEX command_deputy_of ON command_deputy (person);

CREATE TABLE shift (
    id BLOB PRIMARY KEY,
    role BLOB NOT NULL,
    person BLOB NOT NULL,
    begins_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX shift_of ON shift (role, begins_at, id);
CREATE INDEX shift_by_time ON shift (begins_at, id);

CREATE TABLE contact_point (
    id BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    address TEXT NOT NULL,                  -- JSON
    label TEXT,
    added_at INTEGER NOT NULL,
    code TEXT,                              -- sent and not answered yet
    code_at INTEGER NOT NULL,
    codes INTEGER NOT NULL,                 -- how many were sent
    wrong INTEGER NOT NULL,                 -- wrong answers since the last was sent
    verified_at INTEGER
) WITHOUT ROWID;
CREATE INDEX contact_point_of ON contact_point (person, added_at, id);

CREATE TABLE call_policy (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    rules TEXT NOT NULL,                    -- JSON
    set_by BLOB NOT NULL,
    set_at INTEGER NOT NULL
);

CREATE TABLE call (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    purpose TEXT NOT NULL,                  -- JSON
    incident BLOB,
    text TEXT NOT NULL,
    vacant TEXT NOT NULL,                   -- JSON
    placed_by BLOB,
    placed_at INTEGER NOT NULL,
    state TEXT NOT NULL,                    -- JSON: calling::Call
    next_at INTEGER,                        -- NULL: it has ended
    ended_at INTEGER,
    cancelled_by BLOB,
    cancelled_because TEXT
);
CREATE INDEX call_due ON call (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX call_of_incident ON call (incident, key);

-- Whose turn came.
CREATE TABLE called (
    call INTEGER NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (person, call)
) WITHOUT ROWID;

CREATE TABLE message (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    person BLOB NOT NULL,
    point BLOB NOT NULL,
    call INTEGER,                           -- NULL: it carries the point's code
    kind TEXT NOT NULL,                     -- of the address
    masked TEXT NOT NULL,
    due_at INTEGER NOT NULL,                -- when it was first to be sent
    next_at INTEGER,                        -- when it is tried next; NULL: settled
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,                    -- pending, taken, given_up
    settled_at INTEGER,
    reason TEXT                             -- of the last failure
);
CREATE INDEX message_due ON message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX message_of_call ON message (call, key);

CREATE TABLE incident (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    severity TEXT NOT NULL,
    title TEXT NOT NULL,
    assets TEXT NOT NULL,                   -- JSON
    cause TEXT NOT NULL,                    -- JSON
    state TEXT NOT NULL,                    -- open, mitigated, closed
    opened_by BLOB,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,            -- when people were last told where it stands
    mitigated_at INTEGER,
    closed_at INTEGER,
    closed_by BLOB,
    findings TEXT NOT NULL,                 -- JSON
    none_because TEXT
);
CREATE INDEX incident_by_state ON incident (state, key);

CREATE TABLE incident_role (
    incident INTEGER NOT NULL,
    role BLOB NOT NULL,
    name TEXT NOT NULL,
    person BLOB NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (incident, role)
) WITHOUT ROWID;

CREATE TABLE task (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    incident INTEGER NOT NULL,
    title TEXT NOT NULL,
    runbook TEXT,
    assignee BLOB,
    done_by BLOB,
    done_at INTEGER
);
CREATE INDEX task_of ON task (incident, key);

-- What happened in and around an incident, in the order of the record.
CREATE TABLE incident_line (
    key INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL,
    seq INTEGER NOT NULL,                   -- of the entry that says so
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- of the event
    person BLOB,                            -- NULL: a site by itself
    text TEXT NOT NULL,
    data TEXT NOT NULL,                     -- JSON: the event
    is_public INTEGER NOT NULL,
    source TEXT                             -- the place in another record
);
CREATE INDEX incident_line_of ON incident_line (incident, key);
CREATE UNIQUE INDEX incident_line_from ON incident_line (incident, source) WHERE source IS NOT NULL;

CREATE TABLE status_page (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    is_on INTEGER NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    set_at INTEGER NOT NULL
);

CREATE TABLE succession_policy (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    rules TEXT NOT NULL,                    -- JSON
    set_by BLOB NOT NULL,
    set_at INTEGER NOT NULL
);

CREATE TABLE succession (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    is_drill INTEGER NOT NULL,
    rules TEXT NOT NULL,                    -- JSON: as they were when it was asked for
    requested_by BLOB NOT NULL,
    requested_at INTEGER NOT NULL,
    state TEXT NOT NULL,                    -- requested, refused, granted, ended
    refused TEXT,                           -- JSON: the event
    granted TEXT,                           -- JSON: the event
    granted_seq INTEGER,
    granted_at INTEGER,
    until INTEGER,
    ended TEXT,                             -- JSON: the event
    ended_seq INTEGER,
    decided_at INTEGER                      -- when it was refused, or ended
);
CREATE INDEX succession_open ON succession (state) WHERE state IN ('requested', 'granted');

CREATE TABLE succession_approval (
    request INTEGER NOT NULL,
    person BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (request, person)
) WITHOUT ROWID;

-- Followed from the directory; apply never reads these.

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    role TEXT NOT NULL,
    is_active INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    permissions TEXT NOT NULL               -- JSON, sorted
) WITHOUT ROWID;

CREATE TABLE workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    founded_at INTEGER NOT NULL
);
CREATE TABLE role (
    name TEXT PRIMARY KEY,
    is_built_in INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE role_permission (
    role TEXT NOT NULL REFERENCES role ON DELETE CASCADE,
    permission TEXT NOT NULL,
    PRIMARY KEY (role, permission)
) WITHOUT ROWID;
CREATE TABLE person (
    id BLOB PRIMARY KEY,
    account BLOB UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL, -- lower case, for order
    handle TEXT NOT NULL,
    handle_key TEXT NOT NULL UNIQUE, -- lower case
    email TEXT,
    title TEXT,
    locale TEXT,
    role TEXT NOT NULL REFERENCES role,
    is_active INTEGER NOT NULL DEFAULT 1,
    external_id TEXT UNIQUE,
    search TEXT NOT NULL, -- lower-case words, each after a space
    added_at INTEGER NOT NULL
) WITHOUT ROWID;
-- Lists and searches read only this.
CREATE INDEX person_by_name ON person (name_key, id, is_active, role, search);
CREATE INDEX person_by_role ON person (role);
-- Those in quarantine now.
CREATE TABLE quarantine (
    person BLOB PRIMARY KEY REFERENCES person,
    since INTEGER NOT NULL,
    seq INTEGER NOT NULL, -- of the entry that put the person there
    reason TEXT NOT NULL,
    alarm BLOB,
    put_by BLOB REFERENCES person -- none: a site by itself
) WITHOUT ROWID;
-- Roles made for a person and lent for a time.
CREATE TABLE lent (
    grant_id BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    role TEXT NOT NULL,
    previous TEXT NOT NULL, -- the role the person gets back
    until INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    returned_at INTEGER,
    returned_seq INTEGER
) WITHOUT ROWID;
CREATE INDEX lent_until ON lent (until) WHERE returned_at IS NULL;
CREATE TABLE department (
    id BLOB PRIMARY KEY,
    parent BLOB REFERENCES department,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX department_by_parent ON department (parent);
CREATE TABLE department_person (
    department BLOB NOT NULL REFERENCES department,
    person BLOB NOT NULL REFERENCES person,
    PRIMARY KEY (department, person)
) WITHOUT ROWID;
CREATE INDEX department_of_person ON department_person (person);
CREATE TABLE people_group (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
CREATE TABLE group_member (
    people_group BLOB NOT NULL REFERENCES people_group ON DELETE CASCADE,
    person BLOB NOT NULL REFERENCES person,
    PRIMARY KEY (people_group, person)
) WITHOUT ROWID;
CREATE INDEX group_of_person ON group_member (person);
-- What is gone, as it was last: made again, it is that.
CREATE TABLE former_department (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    parent BLOB
) WITHOUT ROWID;
CREATE TABLE former_group (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE invitation (
    id BLOB PRIMARY KEY,
    code_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    email TEXT,
    person BLOB REFERENCES person,
    invited_by BLOB NOT NULL REFERENCES person,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    accepted_at INTEGER,
    accepted_by BLOB REFERENCES person
) WITHOUT ROWID;

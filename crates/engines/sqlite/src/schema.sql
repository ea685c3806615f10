CREATE TABLE IF NOT EXISTS entry (
    partition TEXT NOT NULL,
    seq INTEGER NOT NULL,
    header TEXT NOT NULL,
    sealed BLOB NOT NULL,
    hash BLOB NOT NULL,
    prev BLOB NOT NULL,
    PRIMARY KEY (partition, seq)
) STRICT;

CREATE TRIGGER IF NOT EXISTS entry_is_not_updated BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER IF NOT EXISTS entry_is_not_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

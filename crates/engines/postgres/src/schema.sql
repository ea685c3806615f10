CREATE TABLE IF NOT EXISTS entry (
    partition text COLLATE "C" NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    header text NOT NULL,
    sealed bytea NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    prev bytea NOT NULL CHECK (octet_length(prev) = 32),
    PRIMARY KEY (partition, seq)
);

-- What is sealed does not compress.
ALTER TABLE entry ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- The owner who must repair a journal says so: SET sekoci.alter_journal = 'knowingly'.
CREATE OR REPLACE FUNCTION entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('sekoci.alter_journal', true) = 'knowingly'
       AND (SELECT pg_catalog.pg_get_userbyid(c.relowner) = current_user
            FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID) THEN
        RAISE WARNING '% of the journal by %', TG_OP, current_user;
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the journal is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER IF EXISTS entry_is_append_only ON entry;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION entry_is_append_only();
-- Also for sessions that switch triggers off with session_replication_role.
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_is_append_only;

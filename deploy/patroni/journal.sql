-- The journal's database and its owner, who is no superuser and may not replicate.
\set password `cat "@DATA_DIR@/sekoci.password"`
CREATE ROLE sekoci LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';

-- synchronous_commit can be set by any session and PostgreSQL has no right that forbids it. So every
-- session starts with it on, whatever the server file says, and each append checks the value in the
-- statement that writes.
ALTER ROLE sekoci SET synchronous_commit = 'on';

CREATE DATABASE sekoci OWNER sekoci TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
ALTER DATABASE sekoci SET synchronous_commit = 'on';
REVOKE ALL ON DATABASE sekoci FROM PUBLIC;
-- Lets an append say how many copies confirmed, and an agent see whether a standby is streaming.
GRANT pg_read_all_stats TO sekoci;

-- A cancelled wait for replication is answered as success. These two take the SQL way to cancel from
-- everyone but superusers; a client must still never send a cancel request: it drops the connection.
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_cancel_backend(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint) FROM PUBLIC;
\connect sekoci
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_cancel_backend(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint) FROM PUBLIC;

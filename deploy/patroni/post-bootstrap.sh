#!/bin/sh
# Run once by Patroni, at the site that makes the database, with a superuser's connection string.
set -eu
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$1" --file="@DATA_DIR@/journal.sql"

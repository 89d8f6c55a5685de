#!/bin/sh
# Runs once, on an empty volume: a role of the application's own, which owns its database only.
# The letters are PostgreSQL's own (lower() folds Cyrillic); LC_CTYPE serves pg_trgm.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DB_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE mail_center LOGIN PASSWORD :'password';
CREATE DATABASE mail_center OWNER mail_center TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
SQL

#!/bin/bash
# Writes the fixture of this version, <version>.sql: run once per release, from a clean checkout of it. See README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$1
: "${SUPERUSER_URL:?the connection string of a superuser, for a server of which nothing else is wanted}"
mkdir -p .data
node=node_modules/.bin/node gateway="node_modules/.bin/node apps/gateway/src/cli.ts"

psql "$SUPERUSER_URL" -qc 'DROP DATABASE IF EXISTS card_gateway WITH (FORCE)' -c 'CREATE DATABASE card_gateway'
database=${SUPERUSER_URL%/*}/card_gateway
roles=$(DATABASE_URL=$database $gateway roles create)
owner=$(awk '$1 == "owner" { print $2 }' <<< "$roles") runtime=$(awk '$1 == "runtime" { print $2 }' <<< "$roles")
DATABASE_URL=$owner $gateway migrate

export PORT=18481 SANDBOX_PORT=18482
DATABASE_URL=$runtime $node apps/local/src/start.ts > .data/dump.log &
trap 'kill -INT %1' EXIT
until grep -q 'is ready' .data/dump.log; do sleep 1; done
GATEWAY=http://127.0.0.1:$PORT SANDBOX=http://127.0.0.1:$SANDBOX_PORT prisma/versions/fill.sh
trap - EXIT
kill -INT %1
wait %1 || true

sealing="$(openssl rand -hex 4):$(openssl rand -base64 32),$(cat .data/secrets/sealing-keys)"
fingerprint=$(cat .data/secrets/fingerprint-keys)
DATABASE_URL=$owner GATEWAY_SEALING_KEYS=$sealing GATEWAY_FINGERPRINT_KEYS=$fingerprint $gateway sealing rotate
{
  echo "-- Card Gateway $version at $(git rev-parse --short HEAD), filled by fill.sh. All of it is the sandbox's, the keys too."
  echo "-- sealing keys: $sealing"
  echo "-- fingerprint keys: $fingerprint"
  # psql's own commands are no SQL.
  pg_dump --inserts --rows-per-insert=100 "$database" | grep -v '^\\'
} > "prisma/versions/$version.sql"

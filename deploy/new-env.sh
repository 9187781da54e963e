#!/bin/sh
# Write .env for docker-compose.yml, with fresh secrets. One that exists is left as it is.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
    echo ".env exists already: edit it, or move it away first." >&2
    exit 1
fi
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
umask 077
cat > .env <<END
# For docker-compose.yml. Any key of deploy/env.example may be added.
COMPOSE_PROFILES=minio
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
GOUJI_S3_ACCESS_KEY=gouji
GOUJI_S3_SECRET_KEY=$(secret)
GOUJI_BOOTSTRAP_KEY=gj_$(secret)
END
echo "Wrote .env. The first key to the service is GOUJI_BOOTSTRAP_KEY in it."

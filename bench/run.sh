#!/bin/sh
# Measures the extension against Keycloak itself and writes bench/RESULTS.md. After ./mvnw package:
#
#     bench/run.sh              everything
#     bench/run.sh tokens       login, refresh, the note of a login
#     bench/run.sh registration  registration, its mail included
#     bench/run.sh users        pages of a list of users, one of them filtered; BENCH_USERS says how many
#     bench/run.sh rival        better-auth beside it: sign-in, session, list of users; needs node and npm
#     bench/run.sh import       users from another system, and their export; BENCH_IMPORT_USERS says how many
#     bench/run.sh limits       what it costs to count requests, and to refuse them; needs redis-server
#     bench/run.sh metrics      the figures of a hundred tenants
#     bench/run.sh requests     what it costs a request to be counted and timed, and to be logged
#     bench/run.sh sessions     refreshes and one's own profile, against a Keycloak without the extension and userinfo
#     bench/run.sh argon2       logins with libsodium, against a Keycloak without the extension
#     bench/run.sh overload     how long others wait while 200 clients log in without pause
#     bench/run.sh activity     pages, purge and erasure of a long activity log; longer than the others; BENCH_ACTIVITY_ROWS
#                               says how long the log is
#     bench/run.sh flood        what hours of wrong secrets leave behind; only if it is named
#     bench/run.sh tenants      what three hundred tenants cost; longer than the others
#     bench/run.sh startup      start-up time and resident memory
#
# BENCH_JDBC_URL names a PostgreSQL to use in place of an embedded one; see README.md.
set -eu

fail() {
    printf 'bench: %s\n' "$1" >&2
    exit 1
}

bench=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$bench")
bin=${JAVA_HOME:+$JAVA_HOME/bin/}

newest() {
    # shellcheck disable=SC2012 # names of our own build: no spaces, no line ends
    ls -td "$@" 2>/dev/null | head -n 1
}
distribution=$(newest "$root"/server/target/dist/keycloak-*)
jar=$(newest "$root"/providers/target/keycloak-user-service-*.jar)
[ -n "$distribution" ] && [ -n "$jar" ] && [ -f "$bench/target/classpath" ] ||
    fail 'nothing to measure yet: run ./mvnw package first'

# Bench removes the folder at its end; here, only if it never comes to that.
work=$(mktemp -d "${TMPDIR:-/tmp}/user-service-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A copy: a build that runs meanwhile changes nothing.
mkdir "$work/classes"
cp -R "$root/server/target/classes/." "$bench/target/classes/." "$work/classes"
cp "$jar" "$work/extension.jar"
classpath=$work/classes:$work/extension.jar:$(cat "$bench/target/classpath")

exec "${bin}java" \
    -Dlayout.root="$root" -Dlayout.distribution="$distribution" -Dlayout.jar="$jar" \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
    -cp "$classpath" dev.userservice.bench.Bench "$work" "$@"

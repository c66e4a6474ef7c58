#!/usr/bin/env bash
# Keycloak 26.7.5, its distribution, on its own H2.
# One would guess: Keycloak's realm cache keeps the list of a client's roles, whether or not the client has any. A client that has no role of
# its own and may use only the roles in its scope then costs no query when it gets tokens.
# Seen: an empty list is not kept. Each password grant and each refresh grant of such a client queries KEYCLOAK_ROLE once. As soon as the
# client has one role, which nobody needs to hold, none of them does.
# Needs a JDK 17 or newer, curl, jq, unzip, and the Maven wrapper of this project, which fetches the distribution into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
"$root/mvnw" -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=org.keycloak:keycloak-quarkus-dist:26.7.5:zip -DoutputDirectory="$work" -f "$root/pom.xml" -N
unzip -q "$work"/keycloak-quarkus-dist-26.7.5.zip -d "$work"
port=$((20000 + RANDOM % 10000))
url=http://localhost:$port
KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin \
    "$work"/keycloak-26.7.5/bin/kc.sh start-dev --db=dev-mem --http-port=$port --log-level=info,org.hibernate.SQL:debug > "$work/log" 2>&1 &
server=$!
for _ in $(seq 1 180); do
    curl -sf -o /dev/null "$url/realms/master" && break
    sleep 1
done

token() {
    curl -sf "$url/realms/master/protocol/openid-connect/token" \
        -d grant_type=password -d client_id=admin-cli -d username=admin -d password=admin | jq -r .access_token
}

call() {
    curl -sf -H "Authorization: Bearer $(token)" -H 'Content-Type: application/json' "$@"
}

call "$url/admin/realms" -d '{
  "realm": "shop", "enabled": true,
  "clients": [{"clientId": "web", "publicClient": true, "directAccessGrantsEnabled": true, "fullScopeAllowed": false}],
  "users": [{"username": "ann", "enabled": true, "email": "ann@example.com", "firstName": "Ann", "lastName": "Lee",
             "credentials": [{"type": "password", "value": "a-password"}]}]}'

# Prints the answer of the token endpoint.
grant() {
    curl -sf "$url/realms/shop/protocol/openid-connect/token" -d client_id=web "$@"
}

# Logs in and refreshes twice to fill the caches; then prints how often each grant queries the table of roles.
queries() {
    local refresh before after
    for _ in 1 2; do
        refresh=$(grant -d grant_type=password -d username=ann -d password=a-password | jq -r .refresh_token)
        refresh=$(grant -d grant_type=refresh_token -d "refresh_token=$refresh" | jq -r .refresh_token)
    done
    before=$(grep -ci 'from KEYCLOAK_ROLE' "$work/log" || true)
    refresh=$(grant -d grant_type=password -d username=ann -d password=a-password | jq -r .refresh_token)
    sleep 1
    after=$(grep -ci 'from KEYCLOAK_ROLE' "$work/log" || true)
    echo "$1: password grant $((after - before))"
    grant -d grant_type=refresh_token -d "refresh_token=$refresh" > /dev/null
    sleep 1
    echo "$1: refresh grant $(($(grep -ci 'from KEYCLOAK_ROLE' "$work/log" || true) - after))"
}

{
    queries 'without a role'
    client=$(call "$url/admin/realms/shop/clients?clientId=web" | jq -r '.[0].id')
    call "$url/admin/realms/shop/clients/$client/roles" -d '{"name": "unused"}'
    queries 'with a role'
} > "$work/seen"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
without a role: password grant 1
without a role: refresh grant 1
with a role: password grant 0
with a role: refresh grant 0
SEEN

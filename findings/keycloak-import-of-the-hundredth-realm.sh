#!/usr/bin/env bash
# Keycloak 26.7.5, its distribution, on its own H2.
# One would guess: what it costs to make a realm does not depend on how many realms there are; and whether the caller may do so by the
# role "create-realm" itself or by the role "admin", which contains it, makes no difference.
# Seen: by the role "admin" a realm beside more than a hundred takes longer than one beside few (688 ms and 395 ms once). The check of the
# role reads the roles that "admin" contains, some twenty for each realm, into the transaction that makes the realm; Hibernate then goes
# through all of them at each of the flushes that follow. Who has "create-realm" directly is let through before that: 255 ms.
# Only ratios of one run are compared.
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
    "$work"/keycloak-26.7.5/bin/kc.sh start-dev --db=dev-mem --http-port=$port > "$work/log" 2>&1 &
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

# Makes as many realms as the first argument says; prints the median of their times, in milliseconds.
made=0
make() {
    : > "$work/times"
    for _ in $(seq 1 "$1"); do
        made=$((made + 1))
        call -o /dev/null -w '%{time_total}\n' -d "{\"realm\": \"realm-$made\"}" "$url/admin/realms" >> "$work/times"
    done
    median=$(sort -n "$work/times" | awk '{ all[NR] = $1 } END { printf "%d", 1000 * all[int((NR + 1) / 2)] }')
}

make 60 # warms up
for realm in $(seq 1 50); do
    call -o /dev/null -X DELETE "$url/admin/realms/realm-$realm"
done
make 10
few=$median
make 100
make 10
many=$median
admin=$(call "$url/admin/realms/master/users?username=admin&exact=true" | jq -r '.[0].id')
role=$(call "$url/admin/realms/master/roles/create-realm")
call -d "[$role]" "$url/admin/realms/master/users/$admin/role-mappings/realm"
make 10
direct=$median
echo "a realm beside few: $few ms; beside more than a hundred: $many ms; the same with create-realm of one's own: $direct ms"
more() {
    [ $((10 * $1)) -gt $(($3 * $2)) ] && echo "$4: yes" || echo "$4: no"
}
{
    more "$many" "$few" 12 'by the role admin it takes a fifth longer, or more, beside more than a hundred'
    more "$many" "$direct" 15 'with the role of its own it takes less than two thirds of that'
} > "$work/seen"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
by the role admin it takes a fifth longer, or more, beside more than a hundred: yes
with the role of its own it takes less than two thirds of that: yes
SEEN

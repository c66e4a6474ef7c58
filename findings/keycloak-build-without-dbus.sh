#!/usr/bin/env bash
# Keycloak 26.7.5, its distribution: "kc.sh build" on a machine without D-Bus, as most containers and build machines are.
# One would guess: the build looks for nothing outside itself; and that SSSD, which Keycloak reaches by D-Bus, is not there, is seen at once.
# Seen: the build asks each kind of provider whether it is supported, and the SSSD one waits ten seconds for the socket
# /var/run/dbus/system_bus_socket to appear. With --spi-storage--sssd--enabled=false the same build is ten seconds shorter. A start
# with --optimized afterwards does not wait. An automatic build, as that of start-dev, waits too.
# The difference is what is compared: 9.1 seconds once, of 24.3. On a machine with D-Bus there is nothing to see.
# Needs a JDK 17 or newer, unzip, and the Maven wrapper of this project, which fetches the distribution into a temporary folder.
set -euo pipefail
if [ -e /var/run/dbus/system_bus_socket ]; then
    echo "This machine has D-Bus."
    exit 0
fi
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/mvnw" -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=org.keycloak:keycloak-quarkus-dist:26.7.5:zip -DoutputDirectory="$work" -f "$root/pom.xml" -N
unzip -q "$work"/keycloak-quarkus-dist-26.7.5.zip -d "$work"

# Prints the milliseconds that a build takes.
build() {
    local start
    start=$(date +%s%N)
    "$work"/keycloak-26.7.5/bin/kc.sh build --db=postgres "$@" > "$work/log" 2>&1
    echo $((($(date +%s%N) - start) / 1000000))
}

build > /dev/null
with=$(build)
without=$(build --spi-storage--sssd--enabled=false)
echo "with SSSD: $with ms, without: $without ms"
[ $((with - without)) -gt 7000 ]
echo "The build waits for D-Bus: yes"

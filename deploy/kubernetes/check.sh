#!/usr/bin/env bash
# Checks the files of this folder without a cluster.
#
#   deploy/kubernetes/check.sh                              the plain manifests, and those parts of keycloak.yaml that are Kubernetes' own
#   deploy/kubernetes/check.sh --chart CHART --crd CRD      also helm-values.yaml and all of keycloak.yaml
#
# CHART is the folder or the archive of the chart keycloakx: `helm pull` gets it. CRD is keycloaks.k8s.keycloak.org-v1.yml of the
# operator. docs/kubernetes.md says where both are. The script prints OK or ERROR for each check, and fails if there is an ERROR. It needs
# a JDK 17 or newer, and Maven Central at its first run.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
target=$folder/check/target

mkdir -p "$target"
if [ ! -s "$target/classpath" ] || [ "$folder/check/pom.xml" -nt "$target/classpath" ]; then
    (cd "$folder/../.." && ./mvnw --quiet --batch-mode --no-transfer-progress -f "$folder/check/pom.xml" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile="$target/classpath")
fi
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -Dslf4j.internal.verbosity=ERROR \
    -cp "$(cat "$target/classpath")" "$folder/check/Check.java" "$folder" "$@"

#!/usr/bin/env bash
# Takes a newcomer through the life of an account with a generated client: registration, activation by the code of the mail,
# login, refresh, profile, activity, second factor. It asks for the code on the console.
#
#   clients/flow.sh typescript|java|python http://localhost:8080/realms/demo/api jane@example.com
#
# It uses what clients/generate.sh has packed into target/dist.
set -euo pipefail
cd "$(dirname "$0")"
language=$1
shift
version=$(sed -n 's/^  version: //p' ../docs/openapi.yaml)
flow=target/flow/$language
rm -rf "$flow"
mkdir -p "$flow"

case $language in
typescript)
    mkdir -p "$flow/node_modules/user-service-client"
    tar -xzf "target/dist/user-service-client-$version.tgz" -C "$flow/node_modules/user-service-client" --strip-components=1
    cp typescript/flow.ts typescript/package.json "$flow/"
    target/typescript/node_modules/.bin/tsc --strict --noUncheckedIndexedAccess --target es2022 --module nodenext \
        --types node --typeRoots target/typescript/node_modules/@types --outDir "$flow" "$flow/flow.ts"
    exec node "$flow/flow.js" "$@"
    ;;
java)
    exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --class-path "target/dist/user-service-client-$version.jar:target/tools/java/*" \
        java/Flow.java "$@"
    ;;
python)
    tar -xzf "target/dist/user_service_client-$version.tar.gz" -C "$flow" --strip-components=1
    PYTHONPATH=$flow exec target/python/bin/python python/flow.py "$@"
    ;;
esac

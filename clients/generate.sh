#!/usr/bin/env bash
# Makes clients of the API from docs/openapi.yaml: their sources in target/sources, and what a release has of them in target/dist.
#
#   clients/generate.sh [typescript] [java] [python]      without a name: all three
#
# Needs a JDK, Node with npm for TypeScript, and Python 3.10 or newer for Python. Ends with 69 if something cannot be had here,
# and says what.
set -euo pipefail
cd "$(dirname "$0")"
jdk=${JAVA_HOME:+$JAVA_HOME/bin/}
version=$(sed -n 's/^  version: //p' ../docs/openapi.yaml)
mkdir -p target/dist

unavailable() {
    printf '%s\n' "$1" >&2
    exit 69
}

# Copies from Maven's repository what pom.xml names.
tools() {
    [ target/tools/done -nt pom.xml ] && return
    ../mvnw -B -q -ntp dependency:copy@generator dependency:copy-dependencies@libraries ||
        unavailable "Maven's repository does not have what clients/pom.xml names, or cannot be reached"
    touch target/tools/done
}

# Generates the sources of all clients at once, which costs hardly more than those of one.
sources() {
    local sum
    sum=$(cat generate.sh ../docs/openapi.yaml pom.xml ./*/generator.yaml | sha256sum)
    [ "$sum" = "$(cat target/sources.sum 2>/dev/null)" ] && return
    rm -rf target/sources target/config target/dist/*
    mkdir -p target/config
    for language in typescript java python; do
        sed "s/@version@/$version/" $language/generator.yaml >target/config/$language.yaml
    done
    "${jdk}java" -jar target/tools/openapi-generator.jar batch --fail-fast target/config/*.yaml >target/generator.log 2>&1 || {
        cat target/generator.log >&2
        exit 1
    }
    printf '%s\n' "$sum" >target/sources.sum
}

pack_typescript() {
    command -v npm >/dev/null || unavailable "There is no npm here"
    rm -rf target/typescript
    mkdir -p target/typescript
    cp typescript/package.json typescript/package-lock.json target/typescript/
    npm --prefix target/typescript ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
        unavailable "npm cannot install what clients/typescript/package-lock.json names"
    # What the generator writes is for a build with an older compiler, and names a repository that there is not.
    (
        cd target/sources/typescript
        npm pkg set type=module module=./dist/index.js license=MIT 'files[0]=dist'
        npm pkg delete repository scripts devDependencies author
    )
    rm -rf target/sources/typescript/dist
    target/typescript/node_modules/.bin/tsc --strict --declaration --target es2022 --lib es2022,dom --module nodenext --types "" \
        --rootDir target/sources/typescript/src --outDir target/sources/typescript/dist target/sources/typescript/src/index.ts
    npm pack --silent --ignore-scripts --pack-destination target/dist ./target/sources/typescript
}

pack_java() {
    local classes=target/java/classes
    rm -rf target/java
    mkdir -p "$classes"
    find target/sources/java/src/main/java -name '*.java' >target/java/files
    "${jdk}javac" -nowarn -proc:none --release 11 -encoding UTF-8 -cp 'target/tools/java/*' -d "$classes" @target/java/files
    "${jdk}jar" --create --file "target/dist/user-service-client-$version.jar" -C "$classes" .
    "${jdk}jar" --create --file "target/dist/user-service-client-$version-sources.jar" -C target/sources/java/src/main/java .
    # Who uses the client needs its name, its licence and its libraries; the rest of the generated file is for another build, and
    # names a repository and people that are not ours.
    sed -e '/<scm>/,/<\/scm>/d' -e '/<developers>/,/<\/developers>/d' -e '/^    <build>/,/^    <\/build>/d' \
        -e '/^    <profiles>/,/^    <\/profiles>/d' -e '/<url>https:\/\/github.com\/openapitools/d' \
        target/sources/java/pom.xml >"target/dist/user-service-client-$version.pom"
}

# Makes a virtual environment with the libraries of the client in Python, and with setuptools. A Python that has them is taken
# first; otherwise pip fetches what is missing.
environment() {
    local python
    for python in $(type -ap python3); do
        if install "$python" --no-index >target/pip.log 2>&1; then
            return
        fi
    done
    install python3 >target/pip.log 2>&1
}

install() {
    local python=$1
    shift
    "$python" -m venv --clear --system-site-packages target/python &&
        target/python/bin/python -m pip install "$@" -r target/sources/python/requirements.txt setuptools
}

pack_python() {
    environment || {
        cat target/pip.log >&2
        unavailable "Python, its module venv, or what clients/target/sources/python/requirements.txt names cannot be had here"
    }
    # What the generator writes names a repository and an address that are not ours.
    sed -i -e '/^\[project.urls\]/,/^$/d' -e 's/,email = "[^"]*"//' target/sources/python/pyproject.toml
    sed -i -e /author_email/d -e /install_requires/d target/sources/python/setup.py
    (
        cd target/sources/python
        ../../python/bin/python -W ignore setup.py --quiet sdist --dist-dir ../../dist
    )
}

languages=("$@")
((${#languages[@]})) || languages=(typescript java python)
tools
sources
for language in "${languages[@]}"; do
    "pack_$language"
done

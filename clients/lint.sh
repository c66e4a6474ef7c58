#!/usr/bin/env bash
# Checks docs/openapi.yaml, or the document that is named, with two linters and the rules that they recommend. An error or a
# warning fails. The linters come from npm, in the versions of lint/package-lock.json. Needs Node 20.19 or newer.
set -euo pipefail
cd "$(dirname "$0")"
document=$(realpath "${1:-../docs/openapi.yaml}")

mkdir -p target/lint
cp lint/package.json lint/package-lock.json lint/spectral.yaml target/lint/
cd target/lint
# Only the linters themselves are needed: no package may run a script while it is installed.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# The linters would ask the network for newer versions of themselves, and report that they were used.
export REDOCLY_SUPPRESS_UPDATE_NOTICE=true REDOCLY_TELEMETRY=off SCARF_ANALYTICS=false

npx --no-install spectral lint --fail-severity=hint --ruleset=spectral.yaml "$document"
# No user has the id "invitations", so that the paths below /users/invitations and /users/{id} are told apart.
npx --no-install redocly lint --skip-rule=no-ambiguous-paths --extends=recommended --format=json "$document" >redocly.json
node -e '
    const { totals, problems } = JSON.parse(require("fs").readFileSync("redocly.json", "utf8"));
    problems.forEach(one => console.error(one.severity, one.ruleId, one.message, one.location[0].pointer ?? ""));
    console.log(`redocly: ${totals.errors} errors, ${totals.warnings} warnings`);
    process.exit(totals.errors + totals.warnings > 0 ? 1 : 0);'

#!/usr/bin/env bash
# Holds the files of this folder against Prometheus, and against a server.
#
#   monitoring/check.sh                         the files: are they valid, does each alert fire when it must?
#   monitoring/check.sh http://localhost:9000   the same; then a Prometheus of its own, with these files, scrapes this
#                                               management port, and is asked each query of the dashboard and the alerts
#
# Prints OK, EMPTY (a valid query, of what has not happened on this server) or ERROR for each, and fails if there is an ERROR.
# Of an alert it asks for what stands left of each comparison: the whole is rightly empty where all is well.
# Needs curl, jq, prometheus and promtool. It listens on 127.0.0.1 and leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")"

# What promtool says of names that we owe to those who read them: gauges that are called like counters.
expected_lint='^((tenants|active_users|verified_users)_total non-counter metrics should not have "_total" suffix|tenant_user_count non-histogram and non-summary metrics should not have "_count" suffix)$'
ours='^(http_requests|http_request_duration|auth_attempts|failed_logins|token_refreshes|password_resets|email_verifications|user_|rate_limited|tenants?_|active_users|verified_users)'

errors=0
say() { # OK|EMPTY|ERROR, what, more
    printf '%-6s %s\n' "$1" "$2${3:+: $3}"
    if [ "$1" = ERROR ]; then errors=$((errors + 1)); fi
}

attempt() { # what, a command that says why it fails
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then say OK "$what"; else say ERROR "$what" "$output"; fi
}

attempt "prometheus.yml, alerts.yml" promtool check config prometheus/prometheus.yml
attempt "alerts-test.yml" promtool test rules prometheus/alerts-test.yml
attempt "user-service.json" jq empty grafana/dashboards/user-service.json

if [ $# -gt 0 ]; then
    url=${1%/}
    folder=$(mktemp -d)
    server=
    trap 'if [ -n "$server" ]; then kill "$server"; wait "$server" || true; fi; rm -rf "$folder"' EXIT

    if curl -sS --fail -H 'Accept: text/plain' "$url/metrics" >"$folder/metrics"; then
        # Exits with 3 when it finds names or texts amiss, most of them Keycloak's, and with 1 when it cannot read.
        found=$(promtool check metrics <"$folder/metrics" 2>&1) && code=0 || code=$?
        if [ "$code" != 0 ] && [ "$code" != 3 ]; then
            say ERROR "meters" "$found"
        elif amiss=$(grep -E "$ours" <<<"$found" | grep -vE "$expected_lint"); then
            say ERROR "meters" "$amiss"
        else
            say OK "meters"
        fi
    else
        say ERROR "meters" "nothing at $url/metrics"
    fi

    # The real configuration; only whom it scrapes, and how often, is another.
    cp prometheus/alerts.yml "$folder"
    host=${url#*://}
    sed -E -e 's/(_interval|_timeout): .*/\1: 4s/' \
        -e '/dns_sd_configs:/,/refresh_interval:/c\    scheme: '"${url%%:*}"'\n    static_configs: [{targets: ["'"$host"'"]}]' \
        prometheus/prometheus.yml >"$folder/prometheus.yml"
    : >"$folder/log"
    prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
        --web.listen-address=127.0.0.1:0 >"$folder/log" 2>&1 &
    server=$!

    address=
    get() { # path, parameters of curl
        local path=$1
        shift
        curl -sS --max-time 20 --get "$@" "http://$address/api/v1/$path"
    }
    patience=60
    until_true() { # what, a command
        local what=$1
        shift
        while ! "$@"; do
            if [ "$patience" = 0 ] || ! kill -0 "$server" 2>/dev/null; then
                say ERROR "$what" "$(get targets | jq -r '.data.activeTargets[].lastError' 2>/dev/null || tail -3 "$folder/log")"
                exit 1
            fi
            patience=$((patience - 1))
            sleep 1
        done
    }
    listens() {
        address=$(sed -nE 's/.*msg="Listening on" .*address=([^ ]+).*/\1/p' "$folder/log")
        [ -n "$address" ]
    }
    # Three times, so that there is a rate.
    has_scraped() {
        get query --data-urlencode 'query=sum_over_time(up{job="keycloak"}[5m]) >= 3' |
            jq -e '.data.result | length == 1' >/dev/null
    }
    has_judged() {
        get rules | jq -e '[.data.groups[].rules[].health] | length > 0 and all(. != "unknown")' >/dev/null
    }
    until_true "Prometheus" listens
    until_true "scrape of $url" has_scraped
    until_true "rules" has_judged
    say OK "scrape of $url"

    get rules >"$folder/rules.json"
    jq -r '.data.groups[].rules[] | [.health, .name, .lastError // ""] | @tsv' "$folder/rules.json" >"$folder/rules"
    while IFS=$'\t' read -r health name why; do
        if [ "$health" = ok ]; then say OK "rule $name"; else say ERROR "rule $name" "$why"; fi
    done <"$folder/rules"

    # The clauses of an alert, which "and", "or" and "unless" join outside of all parentheses, without what they are compared with.
    alerts='
        def depth: (split("(") | length) - (split(")") | length);
        .data.groups[].rules[] | .name as $name
        | reduce (.query | gsub(" (?<word>and|or|unless) "; "\u0001\(.word) ") | split("\u0001")[]) as $part
            ([]; if length > 0 and (last | depth) != 0 then .[-1] += " " + $part else . + [$part | sub("^(and|or|unless) "; "")] end)
        | .[] | ["alert \($name)", sub(" (==|!=|<=|>=|<|>) [0-9.e+-]+$"; "")]'
    # Variables as Grafana fills them in when all tenants are chosen.
    dashboard='
        (.panels[] | recurse(.panels[]?) | .title as $title | .targets[]?
            | ["panel \($title)", (.expr | gsub("\\$__rate_interval"; "1m") | gsub("\\$realm"; ".*"))]),
        (.templating.list[] | select(.type == "query")
            | ["variable \(.name)", (.query.query | sub("label_values\\((?<meter>\\w+), (?<label>\\w+)\\)"; "count by (\(.label)) (\(.meter))"))])'
    jq -r "($alerts) | @tsv" "$folder/rules.json" >"$folder/queries"
    jq -r "($dashboard) | @tsv" grafana/dashboards/user-service.json >>"$folder/queries"
    while IFS=$'\t' read -r what query; do
        outcome=$(get query --data-urlencode "query=$query" | jq -r '
            if .status != "success" then "ERROR \(.error)" elif .warnings then "ERROR \(.warnings)"
            elif .data.result == [] then "EMPTY" else "OK" end')
        say "${outcome%% *}" "$what" "$query${outcome#"${outcome%% *}"}"
    done <"$folder/queries"
fi

if [ "$errors" != 0 ]; then
    echo "$errors errors"
    exit 1
fi

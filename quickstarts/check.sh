#!/usr/bin/env bash
# Runs the quickstarts: installs each one, starts it, and logs the demo user in and out with a real browser.
#
#   quickstarts/check.sh                      starts the product by its run command, and runs all quickstarts
#   quickstarts/check.sh flask react          runs these
#   SERVER=http://localhost:8080 quickstarts/check.sh     uses a run command that is under way
#
# The script prints OK, ERROR or SKIPPED for each quickstart, and ends with 1 if one has failed, and with 2 if nothing could
# be checked. It needs curl, jq, chromium and chromedriver, and each quickstart its own tools: node and npm, python3 with its
# venv, or a JDK 17. Ports 3000 and 5173 must be free, because the client app allows no others. Whatever is installed, the logs
# and pictures of the pages are in quickstarts/target.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd .. && pwd)
target=$PWD/target
all=(react express spring-boot flask)
started=() # the process groups that the script has started

give_up() {
    echo "$1" >&2
    exit 2
}

start() { # Starts a command in a process group of its own. Arguments: its log, and the command. Leaves its id in "group".
    local log=$1
    shift
    setsid "$@" >"$log" 2>&1 </dev/null &
    group=$!
    started+=("$group")
}

stop() { # Ends a process group, and waits until it has ended. Argument: its id.
    local i
    # A process that has only just been started has no group yet.
    kill -TERM -- "-$1" 2>/dev/null || kill -TERM "$1" 2>/dev/null || return 0
    for ((i = 0; i < 300; i++)); do
        kill -0 -- "-$1" 2>/dev/null || return 0
        sleep 0.2
    done
    kill -KILL -- "-$1" 2>/dev/null || true
}

clean_up() {
    local code=$? i
    trap - EXIT
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do stop "${started[i]}"; done
    exit "$code"
}

answers() { # Argument: a URL.
    curl -s -o /dev/null --max-time 5 "$1"
}

await() { # Waits for a URL of a server. Arguments: the URL, the server's process, and how many seconds.
    local deadline=$((SECONDS + $3))
    until curl -sf -o /dev/null --max-time 5 "$1"; do
        if ! kill -0 "$2" 2>/dev/null || ((SECONDS > deadline)); then return 1; fi
        sleep 1
    done
}

free_port() { # Leaves a free port in "port". It is below those that the system hands out.
    while true; do
        port=$((20000 + RANDOM % 10000))
        if [[ " ${ports:-} " != *" $port "* ]] && ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            ports="${ports:-} $port"
            return
        fi
    done
}

# --- The browser, by the W3C WebDriver protocol.

wd() { # Sends a command and prints the value of the answer. Arguments: the method, the path, and JSON to send, if any.
    curl -sS --fail --max-time 60 -X "$1" "$driver/$2" ${3+-H 'Content-Type: application/json' -d "$3"} | jq -r .value
}

open_browser() { # Leaves a new browser without cookies in "session".
    local binary=/usr/lib/chromium/chromium-headless-shell # costs less than the whole browser
    [ -x "$binary" ] || binary=$(command -v chromium)
    session=session/$(wd POST session "$(jq -n --arg binary "$binary" '{capabilities: {alwaysMatch:
        {"goog:chromeOptions": {binary: $binary, args: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
            "--window-size=1000,700", "--lang=en", "--accept-lang=en"]}}}}')" | jq -r .sessionId)
}

element() { # Prints the id of an element that is shown, waiting for it for a minute. Argument: a CSS selector.
    local deadline=$((SECONDS + 60)) id
    until id=$(wd POST "$session/element" "$(jq -n --arg css "$1" '{using: "css selector", value: $css}')" 2>/dev/null |
        jq -er '.[]') && [ "$(wd GET "$session/element/$id/displayed" 2>/dev/null)" = true ]; do
        if ((SECONDS > deadline)); then
            echo "no $1 on the page $(wd GET "$session/url"): $(page_text)" >&2
            return 1
        fi
        sleep 0.3
    done
    echo "$id"
}

click() {
    local id
    id=$(element "$1") && wd POST "$session/element/$id/click" '{}' >/dev/null
}

type_into() {
    local id
    id=$(element "$1") && wd POST "$session/element/$id/value" "$(jq -n --arg text "$2" '{text: $text}')" >/dev/null
}

page_text() {
    wd POST "$session/execute/sync" '{"script": "return document.body.innerText", "args": []}'
}

await_text() { # Waits for a text on the page, without regard to spaces.
    local deadline=$((SECONDS + 60))
    until page_text 2>/dev/null | tr -d '[:space:]' | grep -qF "$(tr -d '[:space:]' <<<"$1")"; do
        if ((SECONDS > deadline)); then
            echo "no \"$1\" on the page $(wd GET "$session/url"): $(page_text)" >&2
            return 1
        fi
        sleep 0.3
    done
}

picture() {
    wd GET "$session/screenshot" | base64 -d >"$target/$1.png"
}

# Logs in, looks at the page, and logs out. Arguments: the name of the quickstart, and the address of its first page.
use() {
    wd POST "$session/url" "$(jq -n --arg url "$2" '{url: $url}')" >/dev/null &&
        click '#login' &&
        type_into '#username' demo-user@example.com &&
        type_into '#password' 'Demo-user-1!' &&
        click '#kc-login' &&
        await_text 'Logged in as Demo User' &&
        await_text '"username": "demo-user"' && # out of the answer of GET /users/me
        picture "$1-logged-in" &&
        click '#logout' &&
        element '#login' >/dev/null && picture "$1-logged-out" &&
        # The login at Keycloak has ended too, so it asks for the password again.
        click '#login' && element '#password' >/dev/null
}

# --- The quickstarts: what each one needs, how it is installed and started, and where it is.

tools_of() {
    case $1 in
    react | express) echo node npm ;;
    spring-boot) echo javac ;;
    flask) echo python3 ;;
    *) give_up "There is no quickstart $1, but there are: ${all[*]}" ;;
    esac
}

install() { # Runs in the copy of the quickstart.
    case $1 in
    react | express) npm install --no-audit --no-fund --no-package-lock ;;
    spring-boot) "$root/mvnw" -B -ntp package ;;
    flask) python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt ;;
    esac
}

launch() { # Runs in the copy of the quickstart. Arguments: its name, and its log.
    case $1 in
    react) VITE_TENANT=$server/realms/demo start "$2" npm start ;;
    express) TENANT=$server/realms/demo start "$2" npm start ;;
    spring-boot) TENANT=$server/realms/demo start "$2" java -jar target/quickstart-spring-boot-1.jar ;;
    flask) TENANT=$server/realms/demo start "$2" .venv/bin/flask run --port 3000 ;;
    esac
}

check() { # Argument: the name of a quickstart. Prints the result. Returns 1 if it is an error, and 2 if it was skipped.
    local name=$1 tool address=http://localhost:3000/ log=$target/$1.log
    for tool in $(tools_of "$name"); do
        command -v "$tool" >/dev/null || { echo "SKIPPED $name: there is no $tool here" && return 2; }
    done
    [ "$name" != react ] || address=http://localhost:5173/
    if answers "$address"; then
        echo "ERROR   $name: something else runs at $address" && return 1
    fi
    rm -rf "${target:?}/$name"
    cp -r "$name" "$target/$name"
    if ! (cd "$target/$name" && install "$name") >"$log" 2>&1; then
        echo "ERROR   $name: it cannot be installed; see $log" && return 1
    fi
    cd "$target/$name"
    launch "$name" "$log"
    cd "$target/.."
    local app=$group result=0
    if ! await "$address" "$app" 120; then
        echo "ERROR   $name: it does not start; see $log" && result=1
    else
        open_browser
        if use "$name" "$address"; then
            echo "OK      $name: logged in, called the API, logged out"
        else
            picture "$name-error" || true
            echo "ERROR   $name: see $log and $target/$name-error.png" && result=1
        fi
        wd DELETE "$session" >/dev/null || true
    fi
    stop "$app"
    return $result
}

for program in curl jq chromium chromedriver setsid; do
    command -v "$program" >/dev/null || give_up "There is no $program here."
done
names=("$@")
[ $# != 0 ] || names=("${all[@]}")
for name in "${names[@]}"; do tools_of "$name" >/dev/null; done
mkdir -p "$target"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

server=${SERVER:-}
server=${server%/}
if [ -z "$server" ]; then
    free_port && export HTTP_PORT=$port
    free_port && export MANAGEMENT_PORT=$port
    free_port && export MAILBOX_PORT=$port
    free_port && export MAILBOX_SMTP_PORT=$port
    cd "$root"
    start "$target/server.log" ./mvnw -B -P run
    cd "$target/.."
    server=http://localhost:$HTTP_PORT
    await "http://localhost:$MANAGEMENT_PORT/health/ready" "$group" 900 ||
        { echo "ERROR   the run command: see $target/server.log" && exit 1; }
fi
curl -sf -o /dev/null --max-time 10 "$server/realms/demo/api/users/health" || give_up "There is no demo tenant at $server."
free_port
start "$target/chromedriver.log" chromedriver --port="$port"
driver=http://127.0.0.1:$port
await "$driver/status" "$group" 60 || give_up "chromedriver does not start; see $target/chromedriver.log"

result=2
for name in "${names[@]}"; do
    code=0
    check "$name" || code=$?
    if [ "$code" = 1 ] || { [ "$code" = 0 ] && [ "$result" = 2 ]; }; then result=$code; fi
done
exit "$result"

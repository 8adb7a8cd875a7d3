# Shared by deploy/* and tests/*. Sourced, never run; the caller has set -euo pipefail and ROOT (the clone).
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
# One compiler server for all projects halves a full build where the environment has it off. No build node stays
# behind: two clones, or a later build, must never talk to each other's.
export UseSharedCompilation=true MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '%s\n' "$*"; }
step() { printf '%5.1fs  %s\n' "$(seconds_since_start)" "$*"; }
fail() { printf '\nerror: %s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

STARTED_AT=${EPOCHREALTIME/./}
seconds_since_start() {
    local now=${EPOCHREALTIME/./}
    printf '%d.%d' $(((now - STARTED_AT) / 1000000)) $(((now - STARTED_AT) / 100000 % 10))
}

# poll SECONDS COMMAND…: runs the command until it succeeds; status 1 when the time is over.
poll() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# Somebody listens on this port of 127.0.0.1.
port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The ports of a local run follow from the gateway's (P): see README.md.
set_ports() {
    GATEWAY_PORT=$1
    case $GATEWAY_PORT in '' | *[!0-9]*) fail "PARTNERSHIP_PORT is '$GATEWAY_PORT', not a number." ;; esac
    # Erlang's distribution listens 20,006 above, and every port has to stay below 65,536.
    [ "$GATEWAY_PORT" -ge 1024 ] && [ "$GATEWAY_PORT" -le 45000 ] ||
        fail "PARTNERSHIP_PORT is $GATEWAY_PORT; choose one from 1024 to 45000."
    PORTAL_PORT=$((GATEWAY_PORT + 1))
    IDENTITY_PORT=$((GATEWAY_PORT + 2))
    MARAC_PORT=$((GATEWAY_PORT + 3))
    INFORMATION_SHARING_PORT=$((GATEWAY_PORT + 4))
    POSTGRES_PORT=$((GATEWAY_PORT + 5))
    AMQP_PORT=$((GATEWAY_PORT + 6))
    MANAGEMENT_PORT=$((GATEWAY_PORT + 7))
    export GATEWAY_PORT PORTAL_PORT IDENTITY_PORT MARAC_PORT INFORMATION_SHARING_PORT
}

require_sdk() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download"
    (cd "$ROOT" && dotnet --version >/dev/null 2>&1) ||
        fail "the .NET 10 SDK is missing (global.json asks for it); found: $(cd / && dotnet --list-sdks | tr '\n' ' ')"
}

require_node() {
    command -v node >/dev/null || fail "Node.js 20 or later is missing: https://nodejs.org"
    local major
    major=$(node --version | sed -E 's/^v([0-9]+).*/\1/')
    [ "$major" -ge 20 ] || fail "Node.js 20 or later is needed; found $(node --version)."
}

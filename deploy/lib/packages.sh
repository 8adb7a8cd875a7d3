# Debian's packages that a local run needs.
# shellcheck shell=bash

# Prints the packages that are missing, by what they bring and not by name, so that a PostgreSQL or RabbitMQ that
# came some other way counts.
missing_packages() {
    postgres_bin >/dev/null 2>&1 || echo postgresql
    { [ -x "$RABBITMQ_BIN/rabbitmq-server" ] && command -v epmd >/dev/null; } || echo rabbitmq-server
    command -v openssl >/dev/null || echo openssl
    command -v curl >/dev/null || echo curl
}

# ensure_packages LOG: installs what is missing; what apt-get says goes to the log.
ensure_packages() {
    local log=$1 missing as_root=()
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "missing: ${missing[*]}. This script installs Debian packages; install them in your system's way and run it again."
    if ! is_root; then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}. Run as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    step "installing ${missing[*]} (a minute or so)"
    # A machine that never ran apt-get update has no lists; one that did may have old ones.
    {
        apt_install "${missing[@]}" ||
            { "${as_root[@]}" apt-get update -q </dev/null && apt_install "${missing[@]}"; }
    } >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "could not install ${missing[*]}; what apt-get said stands above, all of it in $log"
    }
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] || fail "still missing after the installation: ${missing[*]}"
}

# Waits for other installations to finish. Asks nothing.
apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# A private PostgreSQL: own data, own port on 127.0.0.1, no socket file, nothing of the system's cluster.
# shellcheck shell=bash

# Prints the folder of the newest PostgreSQL's binaries.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
    if [ -x "$newest" ]; then dirname "$newest"
    elif command -v postgres >/dev/null; then dirname "$(readlink -f "$(command -v postgres)")"
    else return 1; fi
}

# PostgreSQL refuses to run as root, so root's servers belong to Debian's user postgres.
as_postgres() { if is_root; then runuser -u postgres -- "$@"; else "$@"; fi; }

# postgres_folder BASE: prints where the data goes, and makes it. BASE itself, unless user postgres cannot get there (a
# clone in root's home); then a folder under /var/tmp, noted in BASE.elsewhere.
postgres_folder() {
    local base=$1 elsewhere
    if ! is_root; then
        install -d -m 700 "$base"
        echo "$base"
        return
    fi
    if [ -s "$base.elsewhere" ] && [ -d "$(cat "$base.elsewhere")" ]; then
        cat "$base.elsewhere"
        return
    fi
    install -d -o postgres -g postgres -m 700 "$base"
    if as_postgres test -w "$base"; then
        echo "$base"
        return
    fi
    rmdir "$base"
    elsewhere=$(mktemp -d "/var/tmp/partnership-$(printf %s "$base" | sha256sum | cut -c1-8)-XXXXXX")
    chown postgres:postgres "$elsewhere"
    echo "$elsewhere" >"$base.elsewhere"
    echo "$elsewhere"
}

# postgres_start FOLDER PORT PASSWORDFILE: returns when it accepts connections. An empty PASSWORDFILE means that every
# local connection is trusted: for tests only. The first start makes the data folder.
postgres_start() {
    local folder=$1 port=$2 password_file=$3 bin data=$1/data pid_file=$1/postgresql.pid log=$1/postgresql.log pw
    bin=$(postgres_bin) || fail "no PostgreSQL found"
    if is_running "$pid_file"; then return 0; fi
    if [ ! -s "$data/PG_VERSION" ] || [ -e "$folder/unfinished" ]; then
        # An interrupted first start leaves a half-made folder behind; begin again.
        rm -rf "$data"
        as_postgres touch "$folder/unfinished"
        if [ -n "$password_file" ]; then
            pw=$folder/initial-password
            as_postgres install -m 600 /dev/null "$pw"
            cat "$password_file" >"$pw"
            as_postgres "$bin/initdb" -D "$data" -U postgres -A scram-sha-256 --pwfile="$pw" -E UTF8 --locale=C.UTF-8 \
                --no-instructions >"$folder/initdb.log" 2>&1 || { rm -f "$pw"; postgres_failed "$folder/initdb.log"; }
            rm -f "$pw"
        else
            as_postgres "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
                --no-instructions >"$folder/initdb.log" 2>&1 || postgres_failed "$folder/initdb.log"
        fi
        # fsync and synchronous_commit stay as they are by default: on. No statement is logged, since statements and
        # their parameters may hold what describes a person.
        as_postgres tee -a "$data/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = '128MB'
log_statement = 'none'
log_min_error_statement = 'panic'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = 'terse'
CONF
        rm -f "$folder/unfinished"
    fi
    # After a crash the lock file may name a pid that something else has now; PostgreSQL would refuse to start.
    if [ -s "$data/postmaster.pid" ] && ! grep -qsF "$data" "/proc/$(head -n 1 "$data/postmaster.pid")/cmdline"; then
        rm -f "$data/postmaster.pid"
    fi
    : >>"$log"
    if is_root; then
        # setpriv becomes the server itself: the pid file names the server and not a parent of it.
        start_process "$pid_file" "$log" \
            setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$data" -p "$port"
    else
        start_process "$pid_file" "$log" "$bin/postgres" -D "$data" -p "$port"
    fi
    poll 60 postgres_ready_or_ended "$bin" "$port" "$pid_file" || postgres_failed "$log"
    is_running "$pid_file" || postgres_failed "$log"
}

postgres_ready_or_ended() {
    "$1/pg_isready" -q -h 127.0.0.1 -p "$2" -U postgres -d postgres || has_ended "$3"
}

postgres_failed() {
    tail -n 15 "$1" >&2
    fail "PostgreSQL did not start; its last words stand above, all of them in $1"
}

# Fast shutdown: sessions are ended, what was committed stays.
postgres_stop() { stop_process "$1/postgresql.pid" INT 60; }

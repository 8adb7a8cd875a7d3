# Background processes that are found again, and never mistaken for another.
# shellcheck shell=bash
#
# A pid file holds three lines: pid, start time (clock ticks since boot) and boot id. A pid is used again sooner or
# later; the three together are not.

# start_process PIDFILE LOGFILE COMMAND…: in a session of its own, so that it outlives the terminal.
start_process() {
    local pid_file=$1 log_file=$2
    shift 2
    rm -f "$pid_file"
    # The child says who it is before it becomes the command: no gap in which it runs unknown. No lock of the caller's
    # goes along with it.
    # shellcheck disable=SC2016
    setsid bash -c '
        . "$1"; identify $$ >"$2"; exec 9>&-; shift 2; exec "$@"
    ' start-process "$ROOT/deploy/lib/processes.sh" "$pid_file" "$@" </dev/null >>"$log_file" 2>&1 &
    disown
    poll 5 test -s "$pid_file" || fail "could not start $1; see $log_file"
}

# Prints pid, start time, boot id; status 1 if there is no such process (a zombie is none).
identify() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The command's name is in brackets and may hold spaces; fields are counted after it.
    # shellcheck disable=SC2086
    set -- "$1" ${stat##*) }
    [ "$2" != Z ] && [ "$2" != X ] || return 1
    printf '%s\n%s\n%s\n' "$1" "${21}" "$(cat /proc/sys/kernel/random/boot_id)"
}

# Prints the pid if the process of this pid file runs; status 1 otherwise.
running_pid() {
    local pid_file=$1 pid
    [ -s "$pid_file" ] || return 1
    read -r pid <"$pid_file"
    [ "$(identify "$pid")" = "$(cat "$pid_file")" ] || return 1
    echo "$pid"
}

is_running() { running_pid "$1" >/dev/null; }
has_ended() { ! is_running "$1"; }

# stop_process PIDFILE SIGNAL SECONDS: asks, waits, and after SECONDS ends it. Fine when it runs no more.
stop_process() {
    local pid_file=$1 signal=$2 seconds=$3 pid
    if pid=$(running_pid "$pid_file"); then
        kill "-$signal" "$pid" 2>/dev/null || true
        if ! poll "$seconds" has_ended "$pid_file"; then
            say "       $(basename "$pid_file" .pid) did not stop within ${seconds}s and is ended"
            kill -KILL "$pid" 2>/dev/null || true
            poll 5 has_ended "$pid_file" || return 1
        fi
    fi
    rm -f "$pid_file"
}

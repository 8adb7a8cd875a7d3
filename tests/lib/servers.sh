# The servers of a test run: one PostgreSQL and one RabbitMQ on free ports in a temporary folder, gone at the end.
# shellcheck shell=bash
# Sourced by tests/run, tests/bench and tests/servers after ROOT is set.

for part in common packages processes postgresql rabbitmq; do
    # shellcheck source=/dev/null
    . "$ROOT/deploy/lib/$part.sh"
done

SERVERS=
RABBITMQ_DATA=
POSTGRES_DATA=

# Prints a port P such that those of a node (P, P+1, P+2, P+10000, P+20000) are free. Below the range that the system
# gives to outgoing connections, so that none of them takes it meanwhile.
free_ports() {
    local port offset
    for _ in $(seq 200); do
        port=$((2000 + RANDOM % 5900))
        for offset in 0 1 2 10000 20000; do
            if port_open $((port + offset)); then continue 2; fi
        done
        echo "$port"
        return 0
    done
    fail "no free ports found"
}

# Starts both, exports PARTNERSHIP_TEST_*, and stops them when the calling script ends, however it ends.
start_servers() {
    SERVERS=$(mktemp -d "${TMPDIR:-/tmp}/partnership-tests-XXXXXX")
    trap 'stop_servers' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # User postgres has to pass through; the data folders themselves are closed.
    chmod 711 "$SERVERS"
    ensure_packages "$SERVERS/apt.log"
    RABBITMQ_DATA=$SERVERS/rabbitmq
    local port
    port=$(free_ports)
    rabbitmq_start "$RABBITMQ_DATA" "$port" $((port + 1))
    POSTGRES_DATA=$(postgres_folder "$SERVERS/postgresql")
    postgres_start "$POSTGRES_DATA" $((port + 2)) ''
    rabbitmq_wait "$RABBITMQ_DATA" "$port" $((port + 1))
    # Pooling and other client settings are the tests' own business.
    export PARTNERSHIP_TEST_POSTGRES="Host=127.0.0.1;Port=$((port + 2));Username=postgres;Database=postgres"
    export PARTNERSHIP_TEST_POSTGRES_DATA=$POSTGRES_DATA/data
    export PARTNERSHIP_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$port/"
    export PARTNERSHIP_TEST_RABBITMQ_MANAGEMENT="http://guest:guest@127.0.0.1:$((port + 1))"
    export PARTNERSHIP_TEST_RABBITMQ_DATA=$RABBITMQ_DATA/mnesia
    export PARTNERSHIP_TEST_RABBITMQ_LOGS=$RABBITMQ_DATA/log
    export PARTNERSHIP_TEST_RABBITMQ_BIN=$RABBITMQ_BIN
    export PARTNERSHIP_TEST_RABBITMQ_NODENAME=$RABBITMQ_NODE
    # rabbitmqctl finds the node with these two as HOME and ERL_EPMD_PORT.
    export PARTNERSHIP_TEST_RABBITMQ_HOME=$RABBITMQ_DATA
    export PARTNERSHIP_TEST_RABBITMQ_EPMD_PORT=$((port + 10000))
}

# Safe to call twice. Keeps the exit status of the script that ends.
stop_servers() {
    local status=$? jobs
    set +e
    mapfile -t jobs < <(jobs -p)
    [ ${#jobs[@]} -eq 0 ] || kill "${jobs[@]}" 2>/dev/null
    [ -z "$RABBITMQ_DATA" ] || rabbitmq_stop "$RABBITMQ_DATA"
    [ -z "$POSTGRES_DATA" ] || { postgres_stop "$POSTGRES_DATA"; rm -rf "$POSTGRES_DATA"; }
    [ -z "$SERVERS" ] || rm -rf "$SERVERS"
    SERVERS='' RABBITMQ_DATA='' POSTGRES_DATA=''
    return "$status"
}

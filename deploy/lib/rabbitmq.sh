# A private RabbitMQ node: own data, own ports on 127.0.0.1, own port mapper (epmd), own cookie.
# shellcheck shell=bash

RABBITMQ_BIN=/usr/lib/rabbitmq/bin
# The name stays the same whatever the ports are, because the node's data folder is named after it; nodes of two clones
# do not meet, since each has a port mapper of its own.
RABBITMQ_NODE=partnership@localhost

# rabbitmq_environment FOLDER AMQP_PORT: prints NAME=VALUE lines for the server and its tools.
rabbitmq_environment() {
    printf '%s\n' "HOME=$1" RABBITMQ_CONF_ENV_FILE=/dev/null "RABBITMQ_NODENAME=$RABBITMQ_NODE" \
        RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 "RABBITMQ_NODE_PORT=$2" "RABBITMQ_DIST_PORT=$(($2 + 20000))" \
        "ERL_EPMD_PORT=$(($2 + 10000))" ERL_EPMD_ADDRESS=127.0.0.1 \
        "RABBITMQ_MNESIA_BASE=$1/mnesia" "RABBITMQ_LOG_BASE=$1/log" "RABBITMQ_PID_FILE=$1/node.pid" \
        "RABBITMQ_ENABLED_PLUGINS_FILE=$1/enabled_plugins" "RABBITMQ_CONFIG_FILE=$1/rabbitmq.conf" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
}

# rabbitmq_start FOLDER AMQP_PORT MANAGEMENT_PORT [DEFINITIONS]: begins to start; rabbitmq_wait waits. DEFINITIONS is a
# JSON file with users, virtual hosts and permissions; without it there is guest/guest, for tests only.
rabbitmq_start() {
    local folder=$1 amqp=$2 management=$3 definitions=${4:-} environment
    if is_running "$folder/rabbitmq.pid"; then return 0; fi
    install -d -m 700 "$folder" "$folder/log" "$folder/mnesia"
    printf '[rabbitmq_management].\n' >"$folder/enabled_plugins"
    {
        printf '%s\n' 'management.tcp.ip = 127.0.0.1' "management.tcp.port = $management" \
            'log.console = false' 'log.file.level = info' 'loopback_users.guest = true' \
            'vm_memory_high_watermark.absolute = 1GB' 'disk_free_limit.absolute = 200MB'
        [ -z "$definitions" ] || printf '%s\n' "load_definitions = $definitions"
    } >"$folder/rabbitmq.conf"
    mapfile -t environment < <(rabbitmq_environment "$folder" "$amqp")
    if ! is_running "$folder/epmd.pid"; then
        rm -f "$folder/epmd.pid"
        start_process "$folder/epmd.pid" "$folder/log/epmd.log" \
            env ERL_EPMD_ADDRESS=127.0.0.1 epmd -port $((amqp + 10000))
        poll 10 port_open $((amqp + 10000)) || fail "epmd did not start; see $folder/log/epmd.log"
    fi
    rm -f "$folder/node.pid" "$folder/rabbitmq.pid"
    # As under a service manager: the script becomes the server instead of staying its parent.
    start_process "$folder/rabbitmq.pid" "$folder/log/start.log" \
        env -u NOTIFY_SOCKET "${environment[@]}" RUNNING_UNDER_SYSTEMD=true "$RABBITMQ_BIN/rabbitmq-server"
}

# rabbitmq_wait FOLDER AMQP_PORT MANAGEMENT_PORT: returns when clients are served.
rabbitmq_wait() {
    local folder=$1 amqp=$2 management=$3
    poll 120 rabbitmq_ready_or_ended "$folder" "$amqp" "$management" && is_running "$folder/rabbitmq.pid" || {
        tail -n 15 "$folder/log/start.log" "$folder/log/$RABBITMQ_NODE.log" >&2 || true
        fail "RabbitMQ did not start; its last words stand above, all of them in $folder/log"
    }
}

rabbitmq_ready_or_ended() {
    has_ended "$1/rabbitmq.pid" || { port_open "$2" && port_open "$3"; }
}

# rabbitmq_control FOLDER AMQP_PORT ARGUMENT…: rabbitmqctl for this node.
rabbitmq_control() {
    local folder=$1 amqp=$2 environment
    shift 2
    mapfile -t environment < <(rabbitmq_environment "$folder" "$amqp")
    env "${environment[@]}" "$RABBITMQ_BIN/rabbitmqctl" -q "$@"
}

rabbitmq_stop() {
    stop_process "$1/rabbitmq.pid" TERM 60
    stop_process "$1/epmd.pid" TERM 5
}

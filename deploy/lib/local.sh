# The local run of this clone: where its things are, its servers, its services. Sourced by deploy/*.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RUN=$ROOT/.run
KEYS=$RUN/keys
LOG=$RUN/log
APP=$RUN/app
# The order in which they are stopped: what takes requests first.
SERVICES=(gateway marac information-sharing identity)
POSTGRES_ROLES=(marac_migrator marac ledger_migrator ledger sharing_migrator sharing)
# Services with an event log, whose history deploy/republish can send.
PUBLISHERS=(marac information-sharing)
BUS_USERS=(operator migrator gateway marac information-sharing marac-republish information-sharing-republish)

for part in common packages processes postgresql rabbitmq build keys; do
    # shellcheck source=/dev/null
    . "$ROOT/deploy/lib/$part.sh"
done

# The port of the run that is going on, else what PARTNERSHIP_PORT says, else 8080.
current_port() {
    if [ -s "$RUN/port" ] && any_running; then cat "$RUN/port"; else echo "${PARTNERSHIP_PORT:-8080}"; fi
}

any_running() {
    local name
    for name in "${SERVICES[@]}"; do if is_running "$RUN/$name.pid"; then return 0; fi; done
    is_running "$RUN/rabbitmq/rabbitmq.pid" || is_running "$(existing_postgres_folder)/postgresql.pid"
}

existing_postgres_folder() {
    if [ -s "$RUN/postgresql.elsewhere" ]; then cat "$RUN/postgresql.elsewhere"; else echo "$RUN/postgresql"; fi
}

# One up or down of a clone at a time.
lock_run() {
    install -d -m 755 "$RUN" "$LOG"
    exec 9>"$RUN/lock"
    flock -n 9 || { say "waiting for another deploy/up or deploy/down of this clone"; flock 9; }
}

start_postgres() {
    local folder
    folder=$(postgres_folder "$RUN/postgresql")
    postgres_start "$folder" "$POSTGRES_PORT" "$KEYS/postgres-postgres.password"
    step "PostgreSQL accepts connections on 127.0.0.1:$POSTGRES_PORT"
    # \set with a command keeps the passwords out of the command line, \gexec runs what the query found missing.
    local role
    {
        for role in "${POSTGRES_ROLES[@]}"; do
            cat <<SQL
\\set password \`cat '$KEYS/postgres-$role.password'\`
select 'create role $role login' where not exists (select from pg_roles where rolname = '$role') \\gexec
alter role $role password :'password';
SQL
        done
        database marac marac
        database marac_keys marac
        database ledger ledger
        database sharing sharing
        database sharing_keys sharing
    } | PGPASSFILE=$KEYS/postgres-postgres.pgpass "$(postgres_bin)/psql" -h 127.0.0.1 -p "$POSTGRES_PORT" \
        -U postgres -d postgres -X -q -v ON_ERROR_STOP=1 >/dev/null || fail "could not create roles and databases"
}

# A database that its migrating role owns and its run-time role may enter; nobody else.
database() {
    cat <<SQL
select 'create database $1 owner $2_migrator' where not exists (select from pg_database where datname = '$1') \\gexec
revoke all on database $1 from public;
grant connect on database $1 to $2;
SQL
}

# connection DATABASE ROLE
connection() {
    echo "Host=127.0.0.1;Port=$POSTGRES_PORT;Database=$1;Username=$2;Passfile=$KEYS/postgres-$2.pgpass"
}

start_rabbitmq() {
    # Made anew for each start of the broker, so that a right added in this file holds for data of an earlier run.
    if ! is_running "$RUN/rabbitmq/rabbitmq.pid"; then rm -f "$KEYS/rabbitmq-definitions.json"; fi
    make_file rabbitmq-definitions.json bus_definitions
    rabbitmq_start "$RUN/rabbitmq" "$AMQP_PORT" "$MANAGEMENT_PORT" "$KEYS/rabbitmq-definitions.json"
    rabbitmq_wait "$RUN/rabbitmq" "$AMQP_PORT" "$MANAGEMENT_PORT"
    step "RabbitMQ accepts connections on 127.0.0.1:$AMQP_PORT"
}

bus_definitions() {
    local separator='' name tags
    printf '{"vhosts":[{"name":"/"}],"users":['
    for name in "${BUS_USERS[@]}"; do
        tags='[]'
        if [ "$name" = operator ]; then tags='["administrator"]'; fi
        printf '%s{"name":"%s","password_hash":"%s","hashing_algorithm":"rabbit_password_hashing_sha256","tags":%s}' \
            "$separator" "$name" "$(rabbitmq_hash "$(secret "rabbitmq-$name.password")")" "$tags"
        separator=,
    done
    printf '],"permissions":['
    separator=''
    for name in "${BUS_USERS[@]}"; do
        printf '%s{"user":"%s","vhost":"/",%s}' "$separator" "$name" "$(bus_rights "$name")"
        separator=,
    done
    printf ']}\n'
}

# What a user of the bus may declare, write to and read from. Who publishes events of a scheme cannot read the ledger's
# queue; the gateway can only put entries into it, and hear of those a policy made the queue drop.
bus_rights() {
    case $1 in
        operator | migrator) rights '.*' '.*' '.*' ;;
        gateway) rights '^(information-sharing\\.ledger(-dropped)?|amq\\.gen.*)$' '^(amq\\.default|information-sharing\\.ledger(-dropped)?|amq\\.gen.*)$' '^(information-sharing\\.ledger-dropped|amq\\.gen.*)$' ;;
        marac) rights '^marac\\.' '^marac\\.' '^marac\\.' ;;
        # Sends history to the exchange before a consumer's queue: a name for each queue that takes events of the scheme. No
        # service may do that, else one could speak to another past the topology. It declares and reads nothing.
        marac-republish) rights '^$' '^information-sharing\\.casework$' '^$' ;;
        information-sharing-republish) rights '^$' '^information-sharing\\.casework$' '^$' ;;
        information-sharing) rights '^(information-sharing|marac)\\.' '^information-sharing\\.' '^(information-sharing|marac)\\.' ;;
    esac
}

rights() { printf '"configure":"%s","write":"%s","read":"%s"' "$1" "$2" "$3"; }

# environment_of SERVICE: prints the settings of one service as NAME=VALUE lines.
environment_of() {
    local identity=http://127.0.0.1:$IDENTITY_PORT
    printf '%s\n' ASPNETCORE_ENVIRONMENT=Production DOTNET_ENVIRONMENT=Production DOTNET_gcServer=0 \
        "PARTNERSHIP_IDENTITY=$identity" "Partnership__File=$PARTNERSHIP"
    case $1 in
        identity)
            printf '%s\n' NODE_ENV=production "PARTNERSHIP_PORTAL=http://127.0.0.1:$PORTAL_PORT" \
                "PARTNERSHIP_FILE=$PARTNERSHIP" \
                "IDENTITY_SIGNING_KEY_FILE=$KEYS/identity-signing.pem" \
                "IDENTITY_TOKEN_SECRET_FILE=$KEYS/identity-token.secret" \
                "IDENTITY_PORTAL_SECRET_FILE=$KEYS/identity-portal.secret" \
                "IDENTITY_COOKIE_KEY_FILE=$KEYS/identity-cookie.secret" ;;
        marac)
            bus_of marac
            printf '%s\n' "ASPNETCORE_URLS=http://127.0.0.1:$MARAC_PORT" \
                "EventStore__ConnectionString=$(connection marac marac)" \
                "EventStore__KeyConnectionString=$(connection marac_keys marac)" \
                EventStore__RuntimeRole=marac \
                "EventStore__WrappingKeyFile=$KEYS/marac-wrapping.key" \
                "EventStore__SearchKeyFile=$KEYS/marac-search.key" \
                "Internal__KeyFile=$KEYS/internal-marac.key" ;;
        information-sharing)
            bus_of information-sharing
            printf '%s\n' "ASPNETCORE_URLS=http://127.0.0.1:$INFORMATION_SHARING_PORT" \
                "EventStore__ConnectionString=$(connection sharing sharing)" \
                "EventStore__KeyConnectionString=$(connection sharing_keys sharing)" \
                EventStore__RuntimeRole=sharing \
                "EventStore__WrappingKeyFile=$KEYS/sharing-wrapping.key" \
                "EventStore__SearchKeyFile=$KEYS/sharing-search.key" \
                "Agreements__Folder=$ROOT/gateway/agreements" \
                "Heartbeat__SigningKeyFile=$KEYS/sharing-signing.pem" \
                "Ledger__ConnectionString=$(connection ledger ledger)" \
                Ledger__RuntimeRole=ledger \
                "Ledger__SealKeyFile=$KEYS/ledger-seal.pem" \
                "Ledger__GatewayPublicKeyFiles__0=$KEYS/gateway-signing.pub.pem" \
                "Internal__KeyFile=$KEYS/internal-information-sharing.key" ;;
        gateway)
            bus_of gateway
            printf '%s\n' "ASPNETCORE_URLS=http://127.0.0.1:$GATEWAY_PORT" \
                "Services__marac=http://127.0.0.1:$MARAC_PORT" \
                "Services__information-sharing=http://127.0.0.1:$INFORMATION_SHARING_PORT" \
                "Agreements__Folder=$ROOT/gateway/agreements" \
                "Internal__KeyFiles__marac=$KEYS/internal-marac.key" \
                "Internal__KeyFiles__information-sharing=$KEYS/internal-information-sharing.key" \
                "Ledger__SigningKeyFile=$KEYS/gateway-signing.pem" \
                "Ledger__SealPublicKeyFile=$KEYS/ledger-seal.pub.pem" \
                Ledger__Instance=gateway \
                "Pseudonyms__KeyFiles__marac=$KEYS/pseudonym-marac.key" \
                "Pseudonyms__KeyFiles__sharing=$KEYS/pseudonym-sharing.key" \
                "Cursors__KeyFile=$KEYS/cursor.key" \
                "Lease__PublicKeyFile=$KEYS/sharing-signing.pub.pem" \
                "Identity__Issuers__0__Issuer=$identity" \
                "Identity__Issuers__0__MetadataAddress=$identity/.well-known/openid-configuration" \
                Identity__Issuers__0__Audience=partnership ;;
    esac
}

# Only migrate sees the migrating roles of database and bus; what stands here wins over environment_of.
migrator_environment_of() {
    bus_of migrator
    case $1 in
        marac)
            printf '%s\n' "EventStore__MigratorConnectionString=$(connection marac marac_migrator)" \
                "EventStore__KeyMigratorConnectionString=$(connection marac_keys marac_migrator)" ;;
        information-sharing)
            printf '%s\n' "Ledger__MigratorConnectionString=$(connection ledger ledger_migrator)" \
                "EventStore__MigratorConnectionString=$(connection sharing sharing_migrator)" \
                "EventStore__KeyMigratorConnectionString=$(connection sharing_keys sharing_migrator)" ;;
    esac
}

bus_of() {
    printf '%s\n' Bus__Host=127.0.0.1 "Bus__Port=$AMQP_PORT" Bus__VirtualHost=/ "Bus__Username=$1" \
        "Bus__Password=$(secret "rabbitmq-$1.password")"
}

# The published program of a service.
program_of() {
    case $1 in
        gateway) echo "$APP/Gateway/Partnership.Gateway" ;;
        marac) echo "$APP/Marac/Partnership.Marac" ;;
        information-sharing) echo "$APP/InformationSharing/Partnership.InformationSharing" ;;
    esac
}

port_of() {
    case $1 in
        gateway) echo "$GATEWAY_PORT" ;;
        identity) echo "$IDENTITY_PORT" ;;
        marac) echo "$MARAC_PORT" ;;
        information-sharing) echo "$INFORMATION_SHARING_PORT" ;;
    esac
}

# Reads NAME=VALUE lines and exports them, rather than leave all to "env": its command line can be read by everybody on
# the machine. Names with a hyphen cannot be exported; they are put into OTHERS, and none of them is secret.
take_settings() {
    local line
    OTHERS=()
    while IFS= read -r line; do
        case ${line%%=*} in
            *[!A-Za-z0-9_]*) OTHERS+=("$line") ;;
            *) export "${line?}" ;;
        esac
    done
}

migrate() {
    local service=$1 log=$LOG/$1-migrate.log program
    program=$(program_of "$service")
    # Settings files are looked for in the folder a program runs in.
    (
        take_settings < <(environment_of "$service"; migrator_environment_of "$service")
        cd "$(dirname "$program")"
        exec env "${OTHERS[@]}" timeout -k 5 120 "$program" migrate
    ) >"$log" 2>&1 9>&- || {
        tail -n 20 "$log" >&2
        fail "$service migrate failed; its last words stand above, all of them in $log"
    }
}

start_service() {
    local service=$1 program
    if is_running "$RUN/$service.pid"; then return 0; fi
    [ ! -e "$LOG/$service.log" ] || mv -f "$LOG/$service.log" "$LOG/$service.log.1"
    (
        take_settings < <(environment_of "$service")
        if [ "$service" = identity ]; then
            start_process "$RUN/identity.pid" "$LOG/identity.log" env "${OTHERS[@]}" node "$ROOT/deploy/identity/server.mjs"
        else
            program=$(program_of "$service")
            cd "$(dirname "$program")"
            start_process "$RUN/$service.pid" "$LOG/$service.log" env "${OTHERS[@]}" "$program"
        fi
    )
}

# Returns when the service says it is ready; explains itself when it does not.
await_service() {
    local service=$1 port
    port=$(port_of "$service")
    if poll "$2" ready_or_ended "$service" "$port" && is_running "$RUN/$service.pid"; then return 0; fi
    tail -n 20 "$LOG/$service.log" >&2
    if is_running "$RUN/$service.pid"; then
        say "its /health/ready says: $(curl -s --max-time 5 "http://127.0.0.1:$port/health/ready" || echo 'nothing')" >&2
        fail "$service is not ready after $2s; its last words stand above, all of them in $LOG/$service.log"
    fi
    fail "$service has ended; its last words stand above, all of them in $LOG/$service.log"
}

ready_or_ended() {
    has_ended "$RUN/$1.pid" || curl -sf --max-time 5 -o /dev/null "http://127.0.0.1:$2/health/ready"
}

stop_services() {
    local service
    for service in "${SERVICES[@]}"; do
        if is_running "$RUN/$service.pid"; then step "stopping $service"; fi
        stop_process "$RUN/$service.pid" TERM 30
    done
}

# Digest of source files: changed or added ones count whether or not they are committed.
digest_of() {
    (cd "$ROOT" && find "$@" -type f -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/node_modules/*' -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

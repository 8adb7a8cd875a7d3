# Keys and passwords of a local run: files of this clone, readable by their owner only, made once. A real installation
# keeps them in a key service.
# shellcheck shell=bash

# Every file is written beside its place and moved there whole: an interrupted run leaves none half written.
make_keys() {
    local name
    install -d -m 700 "$KEYS"
    # Symmetric keys: 32 random bytes in base64.
    for name in marac-wrapping marac-search sharing-wrapping sharing-search internal-marac internal-information-sharing \
        pseudonym-marac pseudonym-sharing cursor; do
        make_file "$name.key" openssl rand -base64 32
    done
    # What the gateway signs ledger entries with, what seals them to InformationSharing, what InformationSharing signs
    # heartbeats with, what tokens are signed with.
    for name in gateway-signing ledger-seal sharing-signing identity-signing; do
        make_file "$name.pem" openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
        make_file "$name.pub.pem" openssl pkey -in "$KEYS/$name.pem" -pubout
    done
    # Passwords of servers, and secrets of the identity provider's clients.
    for name in postgres "${POSTGRES_ROLES[@]}"; do make_file "postgres-$name.password" openssl rand -hex 24; done
    for name in "${BUS_USERS[@]}"; do make_file "rabbitmq-$name.password" openssl rand -hex 24; done
    for name in token portal cookie; do make_file "identity-$name.secret" openssl rand -hex 24; done
    # For PostgreSQL's clients, which look a password up here instead of in a connection string.
    for name in postgres "${POSTGRES_ROLES[@]}"; do
        make_file "postgres-$name.pgpass" printf '*:*:*:%s:%s\n' "$name" "$(secret "postgres-$name.password")"
    done
}

# make_file NAME COMMAND…: the command's output as a file of mode 600, unless there is one.
make_file() {
    local file=$KEYS/$1
    shift
    [ ! -s "$file" ] || return 0
    (umask 077 && "$@" >"$file.new" 2>/dev/null) || fail "could not make $file"
    mv "$file.new" "$file"
}

secret() { cat "$KEYS/$1"; }

# The hash that RabbitMQ keeps: base64 of a 4-byte salt and SHA-256 over salt and password.
rabbitmq_hash() {
    local salt
    salt=$(openssl rand -hex 4 | sed -E 's/(..)/\\x\1/g')
    # shellcheck disable=SC2059
    { printf "$salt"; { printf "$salt"; printf %s "$1"; } | openssl dgst -sha256 -binary; } | openssl base64 -A
}

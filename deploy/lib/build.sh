# Building. One build of a clone at a time: deploy/up and tests/run share bin and obj.
# shellcheck shell=bash

# with_build_lock COMMAND…
with_build_lock() {
    mkdir -p "$ROOT/.run"
    (
        flock -n 8 || { step "waiting for another build of this clone"; flock 8; }
        # A compiler server of this clone's own, so that it can be ended afterwards without ending somebody else's.
        SharedCompilationId=partnership-$(printf %s "$ROOT" | sha256sum | cut -c1-16)
        export SharedCompilationId
        # It must not inherit the lock, or the lock would be held as long as it lives.
        local status=0
        "$@" 8>&- || status=$?
        "$(compiler_server)" "-pipename:$SharedCompilationId" -shutdown >/dev/null 2>&1 8>&- || true
        exit "$status"
    ) 8>"$ROOT/.run/build.lock"
}

# Prints the compiler server of the SDK in use.
compiler_server() {
    local version
    version=$(cd "$ROOT" && dotnet --version)
    dotnet --list-sdks | sed -nE "s|^$version \[(.*)\]|\1/$version/Roslyn/bincore/VBCSCompiler|p"
}

# dotnet_build PATH LOG: Release, warnings as errors, restore strictly as locked.
dotnet_build() {
    (cd "$ROOT" && dotnet build "$1" -c Release -v q -nologo -p:PartnershipLockedRestore=true) >"$2" 2>&1
}

# publish_hosts FOLDER LOG: the programs of a local run, each in a folder of its name.
publish_hosts() {
    local folder=$1 log=$2 project
    (
        cd "$ROOT"
        dotnet msbuild deploy/lib/hosts.proj -t:Restore -v:q -nologo -p:PartnershipLockedRestore=true
        dotnet msbuild deploy/lib/hosts.proj -t:Publish -m -v:q -nologo -p:Configuration=Release
    ) >"$log" 2>&1 || return 1
    rm -rf "$folder"
    mkdir -p "$folder"
    for project in gateway/Gateway services/Marac services/InformationSharing; do
        cp -a "$ROOT/$project/bin/Release/net10.0/publish" "$folder/$(basename "$project")" || return 1
    done
}

# npm_install LOG: the identity provider's packages, exactly as locked, running no script of theirs.
npm_install() {
    local folder=$ROOT/deploy/identity
    # npm writes the inner file last, and it says what is installed.
    if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then return 0; fi
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund) >"$1" 2>&1
}

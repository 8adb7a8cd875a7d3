# Building. One build of a clone at a time: deploy/up and tests/run share bin and obj.
# shellcheck shell=bash

# with_build_lock COMMAND…
with_build_lock() {
    mkdir -p "$ROOT/.run"
    (
        flock -n 8 || { step "waiting for another build of this clone"; flock 8; }
        # Compiler and build servers must not inherit the lock, or it would be held as long as they live.
        "$@" 8>&-
    ) 8>"$ROOT/.run/build.lock"
}

# dotnet_build PATH LOG: Release, warnings as errors, restore strictly as locked.
dotnet_build() {
    (cd "$ROOT" && dotnet build "$1" -c Release -v q -nologo -p:PartnershipLockedRestore=true) >"$2" 2>&1
}

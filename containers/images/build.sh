#!/bin/sh
# Builds the images of the families, all of them or those that are named, and prints a line for each: FAMILY IMAGE.
#
#   npm ci && containers/images/build.sh [FAMILY…]                  shell runops/shell:dev
#   containers/images/build.sh --push localhost:5000/runops shell   shell localhost:5000/runops/shell@sha256:…
#
# Variables: VERSION is the tag (dev); BASE and NODE are the images to start from in place of debian:bookworm-slim and
# node:24-bookworm-slim (base/build.sh makes both where they cannot be pulled).
set -eu

cd "$(dirname "$0")/../.."
version=${VERSION:-dev}
prefix=runops
push=
building=
failed=

main() {
  if [ "${1:-}" = --push ]; then
    prefix=${2:?Say where to: --push REGISTRY/NAMESPACE}
    push=yes
    shift 2
  fi
  [ -e dist/runner.mjs ] || fail 'There is no dist/runner.mjs: run npm ci.'
  [ $# -gt 0 ] || set -- $(families | while read -r family; do ready "$family" && echo "$family"; done)
  for family in "$@"; do
    families | grep -qx "$family" ||
      fail "There is no family \"$family\". There are: $(families | xargs)."
  done

  logs=$(mktemp -d)
  trap 'rm -rf "$logs"' EXIT
  # The first one alone: it makes what all have in common, which the others, beside each other, find.
  build "$1"
  for family in "$@"; do
    [ "$family" = "$1" ] || { build "$family" & building="$building $!"; }
  done
  for process in $building; do wait "$process" || failed=yes; done
  [ -z "$failed" ] || exit 1
  # One after the other, so that the registry has the layer with Node when the second one comes.
  for family in "$@"; do
    if [ "$push" ]; then push "$family"; else echo "$family $(name "$family")"; fi
  done
}

families() {
  ls containers/images/*/packages | cut -d/ -f3 | grep -vx system
}

# Whether there is what the build of a family takes from this machine.
ready() {
  needs=containers/images/$1/needs
  [ ! -e "$needs" ] || [ -e "containers/images/$1/$(cat "$needs")" ] || {
    echo "$1 is left out: docs/images.md says how to get containers/images/$1/$(cat "$needs")." >&2
    return 1
  }
}

name() {
  echo "$prefix/$1:$version"
}

build() {
  # Of the other families nothing is sent to the engine: a program in one of them may be large.
  tar -cf - containers/images/family.Dockerfile containers/images/system "containers/images/$1" dist/runner.mjs \
    dist/runner-parts | docker build --network host ${BASE:+--build-arg "BASE=$BASE"} ${NODE:+--build-arg "NODE=$NODE"} \
    --build-arg "FAMILY=$1" --build-arg "VERSION=$version" --tag "$(name "$1")" \
    --file containers/images/family.Dockerfile - >"$logs/$1" 2>&1 || fail "$(tail -n 40 "$logs/$1")"
}

# Prints the name with the digest: it means this image for ever, whatever becomes of the tag.
push() {
  docker push "$(name "$1")" >"$logs/$1" 2>&1 || fail "$(tail -n 40 "$logs/$1")"
  digests=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$(name "$1")")
  echo "$1 $(echo "$digests" | grep "^$prefix/$1@")"
}

fail() {
  echo "$1" >&2
  exit 1
}

main "$@"

#!/bin/sh
# Makes the two images that the Dockerfiles here start from, on a machine that cannot or may not pull them:
#
#   base=$(containers/images/base/build.sh debian)   in place of debian:bookworm-slim
#   node=$(containers/images/base/build.sh node)     in place of node:24-bookworm-slim: the binary alone
#   docker build --network host --build-arg BASE="$base" --build-arg NODE="$node" \
#     -f containers/images/agent/Dockerfile .
#
# Debian comes from the mirrors of this machine's own apt, and so does the base's apt: keep images that are built on it
# at home if a mirror's address holds a password. Node comes from node_modules (npm ci).
# An image that is there already is not made again: `docker rmi` it to make it anew.
set -eu

suite=bookworm
project=$(cd "$(dirname "$0")/../../.." && pwd)

main() {
  case "${1:-}" in
    debian) make "runops-base:$suite" debian_tar ;;
    node)
      node=$project/node_modules/node/bin/node
      [ -x "$node" ] || fail "There is no $node: run npm ci."
      make "runops-node:$("$node" -p process.versions.node)" node_tar
      ;;
    *) fail "Say which image: $0 debian, or $0 node." ;;
  esac
}

# Prints the image's name, after making it from the tar that a function writes.
make() {
  needs docker 'docker.io, or install the Docker engine'
  docker version >/dev/null 2>&1 || fail 'No Docker engine answers. Start it (dockerd), or set DOCKER_HOST.'
  # Who comes second waits for the first, and finds the image.
  if command -v flock >/dev/null; then exec 9<"$0" && flock 9; fi
  if ! docker image inspect "$1" >/dev/null 2>&1; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    "$2" "$scratch" >&2
    docker import --change "LABEL org.opencontainers.image.title=$1" "$scratch/image.tar" "$1" >/dev/null
  fi
  echo "$1"
}

debian_tar() {
  needs debootstrap debootstrap
  [ "$(id -u)" = 0 ] || fail 'debootstrap needs root: run this with sudo.'
  mirror=$(debian_sources | awk -v suite="$suite" '$3 == suite { print $2; exit }')
  [ -n "$mirror" ] || fail "This machine's apt has no source for Debian $suite: see apt-get indextargets."
  echo "Debian $suite: debootstrap, half a minute on a good line." >&2
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$1/root" "$mirror"
  debian_sources >"$1/root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(Check-|https?::Proxy)' >"$1/root/etc/apt/apt.conf.d/30mirror" || true
  # debootstrap took the release as it came out; its security updates come on top, as in the official images.
  chroot "$1/root" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -y upgrade && apt-get clean'
  rm -rf "$1/root"/var/lib/apt/lists/* "$1/root"/var/cache/apt/* "$1/root"/var/log/* "$1/root"/debootstrap \
    "$1/root"/usr/share/man/* "$1/root"/usr/share/info/* "$1/root"/usr/share/locale/*
  # As in the official slim images: what nobody reads in a container is not unpacked later either.
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale >"$1/root/etc/dpkg/dpkg.cfg.d/slim"
  printf 'path-include /usr/share/doc/*/copyright\n' >>"$1/root/etc/dpkg/dpkg.cfg.d/slim"
  find "$1/root/usr/share/doc" -type f ! -name copyright -delete
  tar -C "$1/root" --numeric-owner -cf "$1/image.tar" .
}

node_tar() {
  mkdir -p "$1/root/usr/local/bin"
  cp "$node" "$1/root/usr/local/bin/node"
  tar -C "$1/root" --numeric-owner --owner=0 --group=0 -cf "$1/image.tar" .
}

# The lines of a sources.list for this Debian release, security and updates included.
debian_sources() {
  needs apt-get apt
  apt-get indextargets --format '$(CODENAME) $(ORIGIN) $(REPO_URI) $(COMPONENT)' |
    awk -v suite="$suite" '$1 ~ "^" suite "(-security|-updates)?$" && $2 == "Debian" && $4 == "main" \
      { print "deb", $3, $1, $4 }' | sort -u
}

needs() {
  command -v "$1" >/dev/null || fail "$1 is missing. On Debian: apt-get install $2"
}

fail() {
  echo "$1" >&2
  exit 1
}

main "$@"

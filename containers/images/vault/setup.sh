#!/bin/sh
set -eu
if ! [ -e /build/family/vault ]; then
  echo 'vault is missing: put the program of HashiCorp, for Linux, into containers/images/vault' >&2
  exit 1
fi
install -m 0755 /build/family/vault /usr/local/bin/vault

#!/bin/sh
# install.sh LIST: installs the Debian packages of a list, in a build stage.
set -eu

packages=$(sed -n '/^[a-z]/p' "$1")
apt-get -o Acquire::Languages=none update
# The packages of an older base get their security updates too.
DEBIAN_FRONTEND=noninteractive apt-get -y upgrade
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
rm -rf /var/lib/apt/lists/*

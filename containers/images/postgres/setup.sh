#!/bin/sh
set -eu
ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/

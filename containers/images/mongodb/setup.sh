#!/bin/sh
set -eu
if ! [ -d /build/family/node_modules ]; then
  echo 'mongosh is missing: npm ci --prefix containers/images/mongodb --omit=optional --ignore-scripts' >&2
  exit 1
fi
mkdir /opt/mongosh
mv /build/family/node_modules /opt/mongosh
find /opt/mongosh \( -name '*.map' -o -name '*.d.ts' -o -name '*.md' \) -type f -delete
ln -s /opt/mongosh/node_modules/mongosh/bin/mongosh.js /usr/local/bin/mongosh

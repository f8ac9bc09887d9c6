#!/bin/sh
# install-vault.sh FOLDER: builds HashiCorp's Vault 1.14, the last one under the MPL, as client and server of the tests.
# Needs Go 1.20 or later; the first build takes some minutes, a second one takes Go's cache.
set -eu

version=v1.14.1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
source=$(go mod download -json "github.com/hashicorp/vault@$version" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
tar -C "$source" --exclude=./ui --exclude=./website --mode=u+w -cf - . | tar -xf -
# The folders that these name are modules of their own, and not in this one.
sed -i -E '/^replace github.com\/hashicorp\/vault\/(api|sdk)/d' go.mod
go get github.com/hashicorp/vault/sdk@v0.9.2
# A release of the SDK that is a little younger than this Vault, and refuses one of its paths.
cp -r "$(go list -m -f '{{.Dir}}' github.com/hashicorp/vault/sdk)" sdk
chmod -R u+w sdk
sed -i '/defines a CreateOperation but no ExistenceCheck/d' sdk/framework/backend.go
go mod edit -replace github.com/hashicorp/vault/sdk=./sdk
go mod tidy -e
# Where the web interface would be.
mkdir -p http/web_ui && touch http/web_ui/index.html
go build -trimpath -ldflags '-s -w' -o "$1/vault" .

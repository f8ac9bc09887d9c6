#!/bin/sh
set -eu
if ! [ -e /build/family/kubectl ]; then
  echo 'kubectl is missing: containers/images/kubernetes/install-kubectl.sh containers/images/kubernetes' >&2
  exit 1
fi
install -m 0755 /build/family/kubectl /usr/local/bin/kubectl

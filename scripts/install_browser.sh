#!/usr/bin/env bash
# Installs Chromium from Debian's packages, or says who can.
set -euo pipefail

if ! command -v apt-get >/dev/null; then
    echo 'The tests of the portal need a browser: install chromium, so that `chromium` starts it.' >&2
    exit 1
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo 'Installing chromium for the tests of the portal'
"${as_root[@]}" apt-get -qq update
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get -qq install --yes --no-install-recommends chromium >/dev/null

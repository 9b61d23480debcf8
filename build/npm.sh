#!/bin/sh
# build/npm.sh FOLDER: runs npm ci there, unless what is installed is what the
# lock file says. npm checks each package's hash; no package runs a script.
set -eu
cd "$1"

stamp=node_modules/.installed-lock
if ! cmp -s package-lock.json $stamp; then
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	cp package-lock.json $stamp
fi

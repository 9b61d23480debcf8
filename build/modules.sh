#!/bin/sh
# Fetches the npm packages of the window and its tests, as package-lock.json
# pins them, and copies what the window serves to frontend/vendor.
set -eu
cd "$(dirname "$0")/.."

build/npm.sh .
mkdir -p frontend/vendor
for file in htmx.esm.min.js ext/hx-csp.min.js; do
	target=frontend/vendor/${file##*/}
	cmp -s "node_modules/htmx.org/dist/$file" "$target" || cp "node_modules/htmx.org/dist/$file" "$target"
done

#!/bin/sh
# Fetches a headless Chromium for the tests (70 MB) into build/chromium, where
# the system has none that they can use. With the argument "look" it only tells,
# by its status, whether the system has one.
set -eu
cd "$(dirname "$0")"

# Ubuntu's is a snap, which sees no profile in /tmp, or a script that asks for it.
for name in chromium chromium-browser google-chrome; do
	case $("$name" --version 2>/dev/null </dev/null) in
	*snap* | '') ;;
	*) exit 0 ;;
	esac
done
if [ "${1:-}" = look ]; then exit 1; fi

# Elsewhere the tests say that it is missing.
[ "$(uname -sm)" = "Linux x86_64" ] || exit 0

if find chromium -newer npm/chromium/package-lock.json 2>/dev/null | grep -q .; then exit 0; fi

./npm.sh npm/chromium
rm -f chromium.new
node -e '
	const { readFileSync, writeFileSync } = require("fs")
	const { brotliDecompressSync } = require("zlib")
	writeFileSync(process.argv[2], brotliDecompressSync(readFileSync(process.argv[1])), { mode: 0o755 })
' npm/chromium/node_modules/@sparticuz/chromium/bin/chromium.br chromium.new
mv chromium.new chromium
echo "Fetched $(./chromium --version) for the tests."

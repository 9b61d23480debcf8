#!/bin/sh
# Fetches the npm packages of the window and its tests, as package-lock.json
# pins them, and copies what the window serves to frontend/vendor.
set -eu
cd "$(dirname "$0")/.."

build/npm.sh .
mkdir -p frontend/vendor
copy() { cmp -s "node_modules/$1" "frontend/vendor/$2" || cp "node_modules/$1" "frontend/vendor/$2"; }
copy htmx.org/dist/htmx.esm.min.js htmx.esm.min.js
copy htmx.org/dist/ext/hx-csp.min.js hx-csp.min.js
copy katex/dist/katex.min.js katex.min.js
copy katex/dist/katex.min.css katex.min.css
copy @mermaid-js/tiny/dist/mermaid.tiny.js mermaid.tiny.js
mkdir -p frontend/vendor/fonts # where katex.min.css looks for them
for font in node_modules/katex/dist/fonts/*.woff2; do
	copy "katex/dist/fonts/${font##*/}" "fonts/${font##*/}"
done

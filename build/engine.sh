#!/bin/sh
# build/engine.sh [cuda|vulkan]: stages the engine libraries, llama.cpp v0.4.0,
# in build/engine, with the SHA-256 of each in MANIFEST.sha256. With an argument
# adds that backend to what is there.
set -eu
cd "$(dirname "$0")"

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

case $(uname -s)-$(uname -m) in
Linux-x86_64) platform=linux-x64 ;;
Linux-aarch64) platform=linux-arm64 ;;
Darwin-arm64) platform=mac-arm64-metal ;;
Darwin-x86_64) platform=mac-x64 ;;
MINGW*-x86_64 | MSYS*-x86_64) platform=win-x64 ;;
*)
	echo "There are no engine libraries for $(uname -s) on $(uname -m). Set NOTSO_ENGINE_LIB to a folder with your own build." >&2
	exit 1
	;;
esac
variant=$platform${1:+-$1}
if [ ! -d "npm/$variant" ]; then
	echo "There is no $1 backend for $platform." >&2
	exit 1
fi

# Older than the lock file means another release.
if find engine/MANIFEST.sha256 -newer "npm/$variant/package-lock.json" 2>/dev/null | grep -q . &&
	{ [ $# = 0 ] || ls engine/*ggml-"$1".* >/dev/null 2>&1; }; then
	exit 0
fi

./npm.sh "npm/$variant"
from=npm/$variant/node_modules/@node-llama-cpp/$variant/bins/$variant
rm -rf engine.new
mkdir engine.new
if [ $# = 0 ]; then
	# The addon and its helper library are Node's; nothing else needs them.
	find "$from" -type f \( -name '*.so' -o -name '*.dylib' -o -name '*.dll' \) ! -name '*llama-common.*' -exec cp {} engine.new/ \;
else
	cp -P engine/* "$from"/*ggml-"$1".* engine.new/
fi

cd engine.new
# The release is part of two names; the binding asks for them without it.
for file in *llama.*v0.4.0.* *ggml.*v0.4.0.*; do
	ln -sf "$file" "${file%%.*}.${file##*.}"
done
for file in *; do
	[ -L "$file" ] || [ "$file" = MANIFEST.sha256 ] || sha256 "$file"
done >../engine.sums
mv ../engine.sums MANIFEST.sha256
cd ..

# A program that runs keeps the files it has open.
rm -rf engine
mv engine.new engine
echo "Staged $(wc -l <engine/MANIFEST.sha256) engine libraries in build/engine ($variant)."

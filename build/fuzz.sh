#!/bin/sh
# Runs each fuzz test of the tree for FUZZTIME (10s), one after the other.
set -eu
cd "$(dirname "$0")/.."

grep -rho --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort -u | while read -r _ name; do
	for file in $(grep -rl --include='*_test.go' "^func $name(" .); do
		echo "$name in $(dirname "$file")"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10s}" "$(dirname "$file")"
	done
done

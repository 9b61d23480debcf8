#!/bin/sh
# Installs the Debian or Ubuntu packages that are missing, and asks before it
# becomes root. With the argument "test" also those that only the tests need.
# Elsewhere it says what is needed and leaves it to the reader.
set -eu

# A line is a package, or a command and the packages that bring it: people get
# Node, pip and a browser from many places.
needed() {
	cat <<-'EOF'
		gcc
		libc6-dev
		pkg-config
		libgtk-3-dev
		libwebkit2gtk-4.1-dev
		ca-certificates
		xdg-utils
		node nodejs
		npm npm
		python3 python3
		pip3 python3-pip
	EOF
	[ "${1:-}" != test ] || cat <<-'EOF'
		xvfb
		xauth
		openbox
		xdotool
		dbus
		dbus-x11
		at-spi2-core
		webkit2gtk-driver
		fonts-dejavu-core
		gcc-mingw-w64-x86-64
	EOF
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

missing() {
	needed "${1:-}" | while read -r name packages; do
		if [ -z "$packages" ]; then
			installed "$name" || echo "$name"
		elif ! command -v "$name" >/dev/null; then
			echo "$packages"
		fi
	done
	[ "${1:-}" != test ] || { browser; payloads; }
}

# Ubuntu has Chromium as a snap alone, behind a package of another name.
browser() {
	for name in chromium chromium-browser google-chrome; do
		if command -v "$name" >/dev/null; then return; fi
	done
	if grep -q '^ID=ubuntu' /etc/os-release; then echo chromium-browser; else echo chromium; fi
}

# Hostile texts for the tests. Not every release has them.
payloads() {
	if ! installed wfuzz && apt-cache show wfuzz >/dev/null 2>&1; then echo wfuzz; fi
}

if ! command -v go >/dev/null; then
	echo "Go is missing. Install Go 1.26 or later from https://go.dev/dl (the system's own is too old)." >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "This system has no apt-get. Where the build fails, these may be missing:" >&2
	needed "${1:-}" | sed 's/^/  /' >&2
	exit 0
fi
list=$(missing "${1:-}" | tr '\n' ' ')
[ -n "$list" ] || exit 0

root=
if [ "$(id -u)" != 0 ]; then
	root=sudo
	if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
		echo "These packages are missing, and installing them needs root: $list" >&2
		exit 1
	fi
fi
echo "Installing: $list"
$root apt-get update -qq
# shellcheck disable=SC2086 # one word a package
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list

#!/bin/sh
# Installs the Debian or Ubuntu packages that are missing, and asks before it
# becomes root. With the argument "test" also those that only the tests need.
# Elsewhere it says what is needed and leaves it to the reader.
set -eu
cd "$(dirname "$0")/.."

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

# Ubuntu has Chromium as a snap alone, which is of no use to the tests:
# chromium.sh fetches another, and that one needs NSS.
browser() {
	if build/chromium.sh look; then return; fi
	if ! grep -q '^ID=ubuntu' /etc/os-release; then
		echo chromium
	elif ! installed libnss3; then
		echo libnss3
	fi
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

# Three attempts: the network may fail, and a mirror may be in the middle of an
# update. An update of the system in the background is waited for.
apt() {
	for pause in 5 20 ''; do
		if $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 "$@"; then return; fi
		[ -n "$pause" ] || return 1
		echo "apt-get $1 did not succeed; again in $pause seconds." >&2
		sleep "$pause"
	done
}

echo "Installing: $list"
# A source of the reader's own may be gone; what is needed may be there anyway.
apt update -o APT::Update::Error-Mode=any || true
list=$(missing "${1:-}" | tr '\n' ' ') # the update may bring to light what a fresh system does not know
# shellcheck disable=SC2086 # one word a package
apt install -y --no-install-recommends $list

#!/bin/sh
# Opens the app: its window, or the same chat in the terminal where there is no
# display to show one.
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	echo "There is no display (DISPLAY and WAYLAND_DISPLAY are empty), so this is the chat in the terminal."
	exec build/bin/notso chat
fi
exec build/bin/notso

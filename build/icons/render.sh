#!/bin/sh
# Draws notso-256.png from notso.svg, with Chromium. Needed after a change only.
set -eu
cd "$(dirname "$0")"
chromium --headless --no-sandbox --hide-scrollbars --default-background-color=00000000 \
	--window-size=256,256 --screenshot=notso-256.png "file://$PWD/notso.svg"

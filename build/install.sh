#!/bin/sh
# build/install.sh [PROGRAM]: installs the program for the user (or, with PREFIX,
# for all), so that it opens from the menu of the desktop and by "notso" in a
# terminal. build/install.sh --remove takes that away again, and no chat.
set -eu
cd "$(dirname "$0")"

prefix=${PREFIX:-$HOME/.local}
lib=$prefix/lib/notso
menu=$prefix/share/applications
icons=$prefix/share/icons/hicolor

# Desktops look again by themselves, some only when they are told.
tell() {
	update-desktop-database "$menu" 2>/dev/null || true
	gtk-update-icon-cache -qtf "$icons" 2>/dev/null || true
}

if [ "${1:-}" = --remove ]; then
	rm -rf "$lib"
	rm -f "$prefix/bin/notso" "$menu/notso.desktop" "$icons/256x256/apps/notso.png" "$icons/scalable/apps/notso.svg"
	tell
	echo "Removed NotSo SmolLM3 from $prefix. Your chats and models are where they were."
	exit
fi
if [ "$(uname -s)" != Linux ]; then
	echo "There is an installation for Linux only. Elsewhere open build/bin/notso." >&2
	exit 1
fi

# Beside, then in place of what is there: a program that runs keeps its files.
mkdir -p "$prefix/lib" "$prefix/bin" "$menu" "$icons/256x256/apps" "$icons/scalable/apps"
new=$(mktemp -d "$prefix/lib/notso.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"
mkdir "$new/engine" "$new/models"
cp "${1:-bin/notso}" "$new/notso"
cp -R engine/. "$new/engine"
cp ../models/*.gguf "$new/models" 2>/dev/null || echo "There is no starter model in models/ yet; the first start offers to get one."
rm -rf "$lib"
mv "$new" "$lib"

ln -sf ../lib/notso/notso "$prefix/bin/notso"
cp icons/notso-256.png "$icons/256x256/apps/notso.png"
cp icons/notso.svg "$icons/scalable/apps/notso.svg"
# A path in quotes, as the format wants it where there may be spaces.
quoted=$(printf '%s' "$lib/notso" | sed 's/[\\"$`]/\\\\&/g; s/%/%%/g')
sed "/^Exec=/d" notso.desktop >"$menu/notso.desktop"
printf 'Exec="%s"\n' "$quoted" >>"$menu/notso.desktop"
tell
echo "Installed. Open NotSo SmolLM3 from the menu of your desktop, or run $prefix/bin/notso."

#!/bin/sh
# Installs Tiller's plugins, its Standalone and the command `tiller` from the folder of this script.
#
#   install.sh             for this user: ~/.vst3, ~/.lv2 and ~/.local
#   install.sh --system    for all users, as root: /usr/local
#
# An older version is replaced. Presets, imported models and settings are kept in ~/.local/share/tiller and stay as they are.
# To remove Tiller, run lib/tiller/uninstall.sh below ~/.local or /usr/local.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

case "${1-}" in
'' | --user)
    prefix=$HOME/.local
    vst3=$HOME/.vst3
    lv2=$HOME/.lv2
    ;;
--system)
    prefix=/usr/local
    vst3=/usr/local/lib/vst3
    lv2=/usr/local/lib/lv2
    ;;
*)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

# Puts a copy of $1 at $2 by renaming, so that a host never finds an incomplete one.
place() {
    rm -rf -- "$2.new" "$2.old"
    cp -R -- "$1" "$2.new"
    # A bundle's link to the engine leads to where the engine is installed.
    if [ -n "${3-}" ]; then
        rm -f -- "$2.new/$3"
        ln -s -- "$library/engine" "$2.new/$3"
    fi
    if [ -e "$2" ]; then mv -- "$2" "$2.old"; fi
    mv -- "$2.new" "$2"
    rm -rf -- "$2.old"
}

library=$prefix/lib/tiller
applications=$prefix/share/applications
for folder in "$prefix/lib" "$prefix/bin" "$applications" "$vst3" "$lv2"; do
    mkdir -p -- "$folder" 2>/dev/null && [ -w "$folder" ] || fail "$folder cannot be written. Run it as the user it belongs to."
done
if [ -e "$prefix/bin/tiller" ] || [ -L "$prefix/bin/tiller" ]; then
    [ "$(readlink -- "$prefix/bin/tiller")" = "$library/tiller" ] ||
        fail "$prefix/bin/tiller is another program. Move it, then run this again."
fi

place "$here/lib/tiller" "$library"
place "$here/VST3/Tiller.vst3" "$vst3/Tiller.vst3" Contents/Resources/engine
place "$here/LV2/Tiller.lv2" "$lv2/Tiller.lv2" engine
ln -sf -- "$library/tiller" "$prefix/bin/tiller"
# In desktop entries, quotes, backquotes, dollars and backslashes of a quoted path are escaped.
program=$(printf '%s' "$library/Tiller" | sed 's/[\\"`$]/\\\\&/g; s/%/%%/g')
sed "s|^Exec=.*|Exec=\"$(printf '%s' "$program" | sed 's/[&|\\]/\\&/g')\"|" "$here/share/applications/tiller.desktop" \
    >"$applications/tiller.desktop"
printf '%s\n' "$vst3/Tiller.vst3" "$lv2/Tiller.lv2" "$prefix/bin/tiller" "$applications/tiller.desktop" >"$library/installed.txt"

echo "Installed $vst3/Tiller.vst3, $lv2/Tiller.lv2 and the Standalone ($library/Tiller)."
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) echo "The command is $prefix/bin/tiller; this folder is not in PATH." ;;
esac

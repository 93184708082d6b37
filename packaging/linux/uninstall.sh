#!/bin/sh
# Removes what install.sh installed. Presets, imported models and settings stay in ~/.local/share/tiller.
set -eu
library=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
[ -f "$library/installed.txt" ] || {
    echo "uninstall.sh: $library/installed.txt is missing; this is not an installed Tiller." >&2
    exit 1
}
while IFS= read -r path; do
    case $path in
    /*/Tiller.vst3 | /*/Tiller.lv2 | /*/bin/tiller | /*/tiller.desktop) rm -rf -- "$path" ;;
    esac
done <"$library/installed.txt"
rm -rf -- "$library"
echo "Removed Tiller. Presets, imported models and settings are kept in ~/.local/share/tiller."

#!/bin/sh
# Builds the data sets of all models. Needs Debian's sonic-pi-samples, fluid-soundfont-gm, musescore-general-soundfont,
# fluidsynth, python3-numpy, python3-scipy and python3-soundfile. Usage: build_data.sh [output folder]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
out=${1:-"$HOME/tiller-data"}
for name in percussion voices metal machines; do
    "$python" "$here/data.py" "$name" --out "$out"
done

#!/bin/sh
# Builds the data sets of both models. Needs Debian's sonic-pi-samples, fluid-soundfont-gm, fluidsynth, python3-numpy
# and python3-soundfile. Usage: build_data.sh [output folder]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
out=${1:-"$HOME/tiller-data"}
"$python" "$here/data.py" percussion --out "$out"
"$python" "$here/data.py" voices --out "$out"

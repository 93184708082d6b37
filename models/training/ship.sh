#!/bin/sh
# Exports a run's checkpoint over the shipped model and measures it anew: model, card, pictures, labelled places, checks.
# The latents keep the directions of the model that is there, so that presets stay valid.
# LATENTS=N exposes the first N of them only.
# Usage: ship.sh percussion|voices|metal|machines <data folder> <run folder of the first stage> [<run folder of the second>]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
python=${PYTHON:-python3}
name=$1 data=$2
shift 2
for last; do :; done
mkdir -p "../$name"
options=
[ ! -e "../$name/$name.ts" ] || options="--align-to ../$name/$name.ts"
[ -z "${LATENTS:-}" ] || options="$options --latents $LATENTS"
# shellcheck disable=SC2086 # several words, none with spaces
"$python" export.py "$last/checkpoint.pt" --data "$data" --out "../$name/$name.ts" --licence CC0-1.0 $options
"$python" card.py "$name" --runs "$@" --data "$data"
"$python" landmarks.py "$name" --out "../$name/landmarks.json"
"$python" -m unittest test_shipped

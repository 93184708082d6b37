#!/bin/sh
# Exports a run's checkpoint over the shipped model and measures it anew: model, card, pictures, labelled places, checks.
# Usage: ship.sh percussion|voices <data folder> <run folder of the first stage> [<run folder of the second>]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
python=${PYTHON:-python3}
name=$1 data=$2
shift 2
for last; do :; done
"$python" export.py "$last/checkpoint.pt" --data "$data" --out "../$name/$name.ts" --licence CC0-1.0
"$python" card.py "$name" --runs "$@" --data "$data"
"$python" landmarks.py "$name" --out "../$name/landmarks.json"
"$python" -m unittest test_shipped

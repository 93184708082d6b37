#!/bin/sh
# Exports a run's checkpoint over the shipped model and measures it anew: model, card, pictures, labelled places, checks.
# Usage: ship.sh percussion|voices <run folder> <data folder>
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
python=${PYTHON:-python3}
"$python" export.py "$2/checkpoint.pt" --data "$3" --out "../$1/$1.ts"
"$python" card.py "$1" --run "$2" --data "$3"
"$python" landmarks.py "$1" --out "../$1/landmarks.json"
"$python" -m unittest test_shipped

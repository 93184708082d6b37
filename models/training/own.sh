#!/bin/sh
# Makes a model of your own recordings: FOLDER-OF-AUDIO (any format, two minutes or more) becomes NAME/NAME.ts with its card and,
# where this Tiller can draw one, a starter map. On a processor let it run overnight; a GPU is used when there is one.
#
#   own.sh FOLDER-OF-AUDIO NAME [--hours H] [--from MODEL] [--out FOLDER] [--work FOLDER]
#
#   --hours  time for training in all, 8 unless given; a quarter of it goes to the second stage
#   --from   a model to start from (percussion, voices, or a .ts file that Tiller's training made): this
#            needs less time and less audio than starting from nothing
#   --out    where the folder NAME is put, here unless given
#   --work   where data and checkpoints are kept, ~/tiller-own unless given
#
# Interrupted, or given the same command again, it goes on where it stopped; with more --hours it trains on. PYTHON names
# the Python to use, TILLER the command of Tiller. Environment for tests: OWN_STEPS bounds each stage's steps.
set -eu
# Training that is interrupted stores its state and ends without an error: what follows must not begin then.
trap 'exit 130' INT TERM
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
usage() {
    sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
[ $# -ge 2 ] || usage
folder=$1 name=$2
shift 2
hours=8 out=. from='' work=$HOME/tiller-own
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
    --hours) hours=$2 ;;
    --from) from=$2 ;;
    --out) out=$2 ;;
    --work) work=$2 ;;
    *) usage ;;
    esac
    shift 2
done
case $name in
*[!A-Za-z0-9_-]* | '' | -*) echo "NAME is a file name: letters, digits, - and _ ('$name' is not)" >&2 && exit 2 ;;
esac
awk "BEGIN { exit !($hours > 0 && $hours < 10000) }" 2>/dev/null || { echo "--hours: '$hours' is no number of hours" >&2 && exit 2; }
"$python" -c 'import torch, numpy, scipy, soundfile, matplotlib' 2>/dev/null || {
    echo "$python lacks some of what training needs: $python -m pip install -r $here/requirements.txt" >&2
    exit 1
}

run=$work/runs/$name
target=$out/$name
if [ -e "$target/$name.ts" ] && [ ! -e "$target/.made-by-own.sh" ]; then
    echo "$target/$name.ts is there already and was not made by this script; give another NAME or --out" >&2
    exit 1
fi
# The data set is made once: checkpoints belong to it.
[ -e "$work/$name/about.json" ] || "$python" "$here/own_data.py" "$folder" --name "$name" --out "$work"
mkdir -p "$run" "$target"

first=$(awk "BEGIN { print $hours * 0.75 }") second=$(awk "BEGIN { print $hours * 0.25 }")
steps=${OWN_STEPS:-1000000}
few=$(awk "BEGIN { s = $steps; print (s < 20000) ? int(s / 8) : 2000 }")
if [ -n "$from" ]; then
    set -- --from "$from"
else
    set -- --tones-first "$few"
fi
"$python" "$here/train.py" "$name" --data "$work" --run "$run/1" --hours "$first" --steps "$steps" "$@"
# A second stage belongs to the first one that it started from: one that was trained on gets another.
step=$("$python" -c 'import sys, torch; print(torch.load(sys.argv[1], map_location="cpu")["step"])' "$run/1/checkpoint.pt")
last=$run/2-from-$step
"$python" "$here/train.py" "$name" --data "$work" --run "$last" --hours "$second" --steps "$steps" --rate 3e-4 \
    --adversarial-from "$run/1/checkpoint.pt"
: >"$target/.made-by-own.sh"
# Latents keep their directions from one export to the next, so that examples made with the earlier one still mean the same.
set --
[ ! -e "$target/$name.ts" ] || set -- --align-to "$target/$name.ts"
"$python" "$here/export.py" "$last/checkpoint.pt" --data "$work" --out "$target/$name.ts" "$@"
"$python" "$here/card.py" "$name" --runs "$run/1" "$last" --data "$work" --folder "$target" --about "$work/$name/about.json"

# The starter map: places of the latent space found, labelled and laid out by Tiller itself.
tiller=${TILLER:-"node $here/../../dist/engine/tiller.js"}
if $tiller --help 2>/dev/null | grep -q '^  map '; then
    # An earlier map may have been changed by the player: it is kept, under the number of the first free name.
    if [ -e "$target/$name.tiller.json" ]; then
        number=1
        while [ -e "$target/$name-$number.tiller.json" ]; do number=$((number + 1)); done
        mv "$target/$name.tiller.json" "$target/$name-$number.tiller.json"
    fi
    $tiller map "$target/$name.ts" "$work/$name/held-out/"*.wav -o "$target/$name.tiller.json"
    echo "$target: $name.ts, its card README.md, and a starter map $name.tiller.json to open in Tiller"
else
    echo "$target: $name.ts and its card README.md. This Tiller draws no starter map from the command line: drop the file on Tiller"
fi

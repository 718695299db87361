# SPDX-License-Identifier: Apache-2.0
# What the demonstrations begin with: $hodhod is the program, $programs the folder of the built examples, $out the
# folder that pages go to, $data parallel text, $work what is trained on the way. A model that is there is not trained
# again.
#
#   examples/look/NAME.sh [PROGRAM [OUT]]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
hodhod=$(realpath "${1:-$root/build/release/hodhod}")
programs=$(dirname "$hodhod")/examples
out=${2:-$root/build/look}
data=$root/examples/data/en-fa
name=$(basename "$0" .sh)
work=$out/$name.work
mkdir -p "$work"

train() { "$hodhod" --quiet train "$@" 2>> "$work/log"; }
# Writes a page and says where. The first argument is its name.
page() {
  local page=$out/$1.html
  shift
  "$hodhod" --quiet look "$@" -o "$page"
}
# What must stand in a text, and the text.
must_be() {
  [[ $2 == *"$1"* ]] || { echo "$name: expected $1, found $2" >&2; exit 1; }
}
# What a run says of its answers on its data for validation, under the key of metrics.jsonl.
score() {  # directory, key
  grep -o "\"validation\.$2\":[-0-9.e]*" "$1/metrics.jsonl" | tail -1 | cut -d: -f2
}

# SPDX-License-Identifier: Apache-2.0
# What the scripts in cli/ begin with: $hodhod is the program that they are given, $examples holds parallel text, and
# $work is an empty directory of their own. A check that fails says so and lets the script go on, which then fails.
set -euo pipefail
hodhod=$(realpath "$1")
examples=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../examples/data/en-fa")
work=$(mktemp -d)
fails=0

finish() {
  local status=$?
  rm -rf "$work"
  ((status == 0 && fails > 0)) && status=1
  ((status == 0)) && echo "$(basename "$0" .sh): all as expected"
  exit $status
}
trap finish EXIT

fail() {  # what, and more
  printf 'FAILED: %s\n' "$@"
  fails=$((fails + 1))
}
expect() {  # what, part that must be in it, text
  [[ $3 == *"$2"* ]] || fail "$1" "  expected: $2" "  found:    $3"
}
expect_not() {  # what, part that must not be in it, text
  [[ $3 != *"$2"* ]] || fail "$1" "  not wanted: $2" "  found:      $3"
}
same() {  # what, one text, the other
  [[ $2 == "$3" ]] || fail "$1" "  one:   $2" "  other: $3"
}

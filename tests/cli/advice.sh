#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Options and commands that errors, help and documents name are those that the program has.
# Usage: advice.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $1 = /* ]] && hodhod=$1 || hodhod=$OLDPWD/$1
"$hodhod" completion fish | python3 -c '
import pathlib, re, sys

OTHERS = {"--help", "--version", "--list"}  # of every program, and of our own scripts
script = sys.stdin.read()
options = {"--" + name for name in re.findall(r"^complete .*? -l ([\w-]+)", script, re.M)} | OTHERS
commands = set(re.findall(r"^complete .*? -a ([\w-]+) -d", script, re.M))
if len(options) < 50 or len(commands) < 10:
    sys.exit("the program lists too few options or commands")


def texts_of(path):
    """(line, text) of what a source says, or of the commands that a document shows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".md":
        shown = False
        for number, line in enumerate(lines, 1):
            if re.search(r"\bhodhod [a-z]", line):
                shown = True
            if shown:
                yield number, line.split(" | ")[0]
            shown = shown and line.rstrip().endswith("\\")
        return
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("//"):
            continue
        for text in re.findall(r"\"((?:[^\"\\]|\\.)*)\"", line):
            yield number, text


problems = []
sources = [p for folder in ("hodhod", "cli") for p in sorted(pathlib.Path(folder).rglob("*.cc")) + sorted(pathlib.Path(folder).rglob("*.h"))]
for path in sources + [pathlib.Path("README.md")] + sorted(pathlib.Path("docs").glob("*.md")):
    if path.name.endswith("_test.cc"):
        continue
    for number, text in texts_of(path):
        for option in re.findall(r"(?<![\w!-])--[a-z][a-z-]*[a-z](?![\w-])", text):
            if option not in options and not option.startswith("--no-"):
                problems.append(f"{path}:{number}: there is no option {option}")
        for command in re.findall(r"(?<![\w/.-])hodhod ((?:train|tokenize) )?([a-z][a-z-]+)(?= |$|`)", text):
            if path.suffix != ".md" and command[1] not in commands:
                problems.append(f"{path}:{number}: there is no command {command[1]}")
print("\n".join(problems) or "options and commands that are named: all are there")
sys.exit(1 if problems else 0)'

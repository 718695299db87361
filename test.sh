#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On a fresh Debian 12 machine: installs what is needed, builds everything, and runs every test with ctest.
# Options go to ctest: ./test.sh --tests-regex Bpe
#
# Tests that compare with recorded data look for it in $HODHOD_GOLDEN_DIR (default ../shared/golden) and
# $HODHOD_DATA_DIR (default ../shared/data), and are skipped where it is absent.
set -euo pipefail
cd "$(dirname "$0")"

tools/install_packages.sh --tests
cmake --preset release
cmake --build --preset release
exec ctest --preset release --parallel "$(nproc)" "$@"

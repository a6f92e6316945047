#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

# shellcheck source=../unexported/test.sh
. "$(dirname "$0")/../unexported/test.sh"

// SPDX-License-Identifier: GPL-2.0

#include "placeholder.h"

PLACEHOLDER("vmlinux.0.saved_command_line");
PLACEHOLDER("can_raw.0.raw_notifier_list");

// SPDX-License-Identifier: GPL-2.0

#include "placeholder.h"

PLACEHOLDER("vmlinux.0.seq_write");
PLACEHOLDER("vmlinux.0.saved_command_lien");
PLACEHOLDER("vmlinux.0.c_start");
PLACEHOLDER("vmlinux.9.c_start");
PLACEHOLDER("can.0.can_rcv_list_find");

// SPDX-License-Identifier: GPL-2.0

livepatch::btf! { packet_sock; object = "af_packet" }

// SPDX-License-Identifier: GPL-2.0

livepatch::btf! {}

livepatch::btf! { packet_sock, packet_sock; object = "af_packet"; object = "af_packet" }

livepatch::btf! { packet_sock packet_fanout }

livepatch::btf! { "packet_sock" }

livepatch::btf! { object = af_packet }

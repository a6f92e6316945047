// SPDX-License-Identifier: GPL-2.0
/* Uses an export of a module, and one in a namespace. */

#include "livepatch.h"

/* Only their names are of interest, and their declarations move between headers. */
int can_send(void *skb, int loop);
int crypto_cipher_setkey(void *tfm, const u8 *key, unsigned int keylen);

static void *used[] __used = { can_send, crypto_cipher_setkey };

static struct klp_func funcs[] = {
	REPLACE("cmdline_proc_show", 0),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);
MODULE_INFO(import_ns, "CRYPTO_INTERNAL");

// SPDX-License-Identifier: GPL-2.0
/* Uses symbols of a module where the kernel looks too early. */

#include "livepatch.h"
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <helpers/unexported.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/static_call.h>

DECLARE_STATIC_KEY_FALSE(apic_sw_disabled);
LIVEPATCH_UNEXPORTED(kvm, apic_sw_disabled, 0);
void kvm_vcpu_ioctl(void);
LIVEPATCH_UNEXPORTED(kvm, kvm_vcpu_ioctl, 0);
void kvm_vm_ioctl(void);
LIVEPATCH_UNEXPORTED(kvm, kvm_vm_ioctl, 0);
void kvm_dev_ioctl(void);
LIVEPATCH_UNEXPORTED(kvm, kvm_dev_ioctl, 0);

/* The kernel's own type of it needs kvm's headers, and does not matter. */
void check_cache_reg(void);
DECLARE_STATIC_CALL(kvm_x86_cache_reg, check_cache_reg);

static DEFINE_PER_CPU(void *, of_each_cpu) __used = kvm_vcpu_ioctl;
static void *of_init __initdata __used = kvm_vcpu_ioctl;

static int replacement_of_module(struct seq_file *m, void *v)
{
	if (static_branch_unlikely(&apic_sw_disabled))
		seq_puts(m, "jump label\n");
	static_call(kvm_x86_cache_reg)();
	asm volatile(ALTERNATIVE("call %c0", "call %c1", X86_FEATURE_FPU)
		     : : "i" (kvm_vm_ioctl), "i" (kvm_dev_ioctl) : "memory");
	return replacement(m, v);
}

static struct klp_func kvm[] = {
	{ .old_name = "kvm_dev_ioctl", .new_func = replacement_of_module },
	{ }
};

static struct klp_object objs[] = {
	{ .name = "kvm", .funcs = kvm },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);

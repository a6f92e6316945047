// SPDX-License-Identifier: GPL-2.0

#include "placeholder.h"

PLACEHOLDER("kvm.0.apic_sw_disabled");
PLACEHOLDER("kvm.0.kvm_vcpu_ioctl");
PLACEHOLDER("kvm.0.kvm_vm_ioctl");
PLACEHOLDER("kvm.0.kvm_dev_ioctl");

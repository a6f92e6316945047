# SPDX-License-Identifier: GPL-2.0
#
# The front door. Everything that decides is in scripts/ and in the tools of rust/;
# the modules themselves are described in Kbuild.

MAKEFLAGS += --no-builtin-rules
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# Which kernel: KERNEL=<release> of the archive, or KDIR=<prepared tree>.
export ARCH KERNEL KDIR BACKEND WITHOUT CHECK KLP_BUILD MODULE_SIG_KEY MODULE_SIG_CERT V LIVEPATCH_SELFTESTS LIVEPATCH_BENCH RUST_LIVEPATCH_ACCEL

PHONY := all
all: modules

PHONY += help
help:
	@sed -n 's/^#: \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

#: Building
#:   modules          every livepatch in patches/, for the target kernel (the default)
#:   modules_install  install them below INSTALL_MOD_PATH/lib/modules/<release>
#:   sign             sign what was built, with MODULE_SIG_KEY
#:   sign-key         make a key to try that with: .build/signing_key.pem
#:   clean            delete what was built for the target kernel
#:   distclean        delete what was built for every kernel
PHONY += modules modules_install clean distclean
modules clean:
	+@scripts/modules $@

modules_install: modules
	+@scripts/modules $@

PHONY += sign sign-key
sign:
	@scripts/sign

sign-key:
	@scripts/sign --new-key .build/signing_key.pem

distclean:
	@rm -rf .build

#:
#: The administrator's tool
#:   install          klp, kpatch and kgr, and the service that loads livepatches at boot: below PREFIX
#:                    (/usr/local) on this machine, or of what is in DESTDIR
PHONY += install
install: export PREFIX := $(PREFIX)
install: export DESTDIR := $(DESTDIR)
install: export KLP := $(KLP)
install:
	@scripts/install

#:
#: Writing
#:   new              a livepatch that replaces a function: FUNCTION=<name>, and perhaps OBJECT=<module>,
#:                    SYMPOS=<n>, NAME=<name of the livepatch>
PHONY += new
new:
	@scripts/new $(or $(FUNCTION),$(error make new FUNCTION=<name of a function of the kernel>)) \
		$(if $(OBJECT),--object $(OBJECT)) $(if $(SYMPOS),--sympos $(SYMPOS)) $(if $(NAME),--name $(NAME))

#:
#: Trying
#:   demo             live patch a running kernel, and take it back
#:   shell            a shell in a virtual machine, with the modules at hand
#:   kernel           get the target kernel and print where it is
#:   update           look for newer kernels
PHONY += demo shell kernel update
demo: modules
	@scripts/demo

shell: modules
	@scripts/shell

kernel:
	@scripts/kernel

update:
	@scripts/kernel --update

#:
#: Testing
#:   check            what needs no kernel: formatting, lints, tests on this machine
#:   test             check, and everything that runs in a virtual machine
#:   test-all         test, and the livepatches and selftests on the other architectures, and on a kernel of clang's
#:   selftest         upstream's livepatch selftests, on modules in C and in Rust
#:   soak             the long forms of the tests
#:   bench            size, instructions and build time, next to C; and what klp-build costs
#:   doc              the documentation of the crates, in .build/doc
#:   man              the man pages of klp, kpatch and kgr, and completions for shells, in .build/share
PHONY += check test test-all selftest soak bench doc man
check:
	@scripts/check

test:
	@scripts/test

test-all:
	@scripts/test-all

selftest:
	@scripts/selftest

soak: export LIVEPATCH_SELFTESTS := 1
soak:
	@scripts/soak

bench: export LIVEPATCH_BENCH := 1
bench:
	@scripts/bench
	@scripts/bench-klp-build
	@scripts/bench-klp

doc:
	@scripts/doc

man:
	@scripts/man

#:
#: Variables
#:   ARCH=<name>       s390x, ppc64le or arm64: build for that architecture, with a kernel that is
#:                     built here, and test there
#:   KERNEL=<release>  another kernel of the archive, such as 7.2.9+deb13-amd64; or clang-lto,
#:                     which is built here, with kCFI and link-time optimisation
#:   KDIR=<directory>  a prepared kernel tree of your own
#:   BACKEND=core      do without the kernel's own Rust crates, also where they are
#:   WITHOUT=<words>   do without what this kernel's C code has and rustc cannot give: expolines,
#:                     stack-protector; the build names what there is, and what it costs
#:   MODULE_SIG_KEY=<file>, MODULE_SIG_CERT=<file>
#:                     sign with this key; KBUILD_SIGN_PIN is its passphrase. Without it, with
#:                     DKMS's key or shim-signed's, where this machine has one
#:   CHECK=no          do not check whether the livepatches fit the kernel
#:   KLP_BUILD=<file>  a klp-build that is there already, instead of one that cargo builds
#:   V=1               show the commands
.PHONY: $(PHONY)

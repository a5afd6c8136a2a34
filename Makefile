# SPDX-License-Identifier: GPL-2.0
#
# Vigil's front door. The modules are built by the kernel's Kbuild from ./Kbuild;
# this file says for which kernel and where. "make help" lists what it can do.

PREFIX ?= /usr/local
BUILD ?= $(CURDIR)/build

# Without KDIR: the running kernel, or else the newest that has headers here.
ifndef KDIR
KDIR := $(wildcard /lib/modules/$(shell uname -r)/build)
ifndef KDIR
KDIR := $(lastword $(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V))
kdir-note = no headers of the running kernel $(shell uname -r), building for $(kernel); KDIR= chooses
endif
endif

# What "uname -r" says there. Debian's kernel.release is something else.
utsrelease = $(KDIR)/include/generated/utsrelease.h
kernel = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(utsrelease))
module-dir = $(BUILD)/$(kernel)

# As many jobs as processors, unless make was told how many.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# One build at a time for each kernel; builds for different ones run together.
kbuild = flock $(module-dir).lock $(MAKE) $(jobs) -C $(KDIR) M=$(module-dir)

ifneq ($(V),1)
MAKEFLAGS += --no-print-directory
Q := @
endif

PHONY := all
all: modules tools

PHONY += kdir
kdir:
	$(Q)if ! [ -r "$(utsrelease)" ]; then \
		echo "no built kernel or kernel headers at KDIR='$(KDIR)'"; \
		echo "install some, or name others: make KDIR=/lib/modules/<release>/build"; \
		exit 1; \
	fi >&2
	$(if $(kdir-note),@echo "$(kdir-note)")

PHONY += modules
modules: kdir
	$(Q)mkdir -p $(BUILD)
	$(Q)flock $(module-dir).lock tools/build/link-tree $(module-dir) $(KDIR)
	+$(Q)$(kbuild) modules

.PHONY: $(PHONY)

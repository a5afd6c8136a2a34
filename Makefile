# SPDX-License-Identifier: GPL-2.0
#
# Vigil's front door. The modules are built by the kernel's Kbuild from ./Kbuild;
# this file says for which kernel and where. "make help" lists what it can do.

PREFIX ?= /usr/local
DESTDIR ?=
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
kernel = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(utsrelease) 2>/dev/null)
module-dir = $(BUILD)/$(kernel)

# How many times longer the long proofs are than make test.
SOAK ?= 10

# As many jobs as processors, unless make was told how many.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# One build at a time for each kernel; builds for different ones run together.
kbuild = flock $(module-dir).lock $(MAKE) $(jobs) -C $(KDIR) M=$(module-dir)

ifneq ($(V),1)
MAKEFLAGS += --no-print-directory
Q := @
endif

all: modules tools

modules: kdir
	$(Q)mkdir -p $(BUILD)
	$(Q)flock $(module-dir).lock tools/build/link-tree $(module-dir) $(KDIR)
	+$(Q)$(kbuild) modules

kdir:
	$(Q)if ! [ -r "$(utsrelease)" ]; then \
		echo "no kernel to build for at KDIR='$(KDIR)'"; \
		echo "install its headers, or name others: make KDIR=/lib/modules/<release>/build"; \
		exit 1; \
	fi >&2
	$(if $(kdir-note),@echo "$(kdir-note)")

tools:
	+$(Q)$(MAKE) $(jobs) -C tools O=$(BUILD)/tools PREFIX=$(PREFIX)

# Nothing is loaded, now or at the next boot; the administrator says what and when.
install: modules_install tools_install

modules_install: export CONFIG_VIGIL_SIM = n
modules_install: modules
	+$(Q)$(kbuild) modules_install INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates/vigil
	$(if $(DESTDIR),,$(Q)/sbin/depmod $(kernel))

tools_install:
	+$(Q)$(MAKE) -C tools O=$(BUILD)/tools PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install

# Not part of install: the licence of the data that models were trained on is not ours.
FIRMWAREDIR ?= /lib/firmware

models_install:
	$(Q)install -D -m 644 -t $(DESTDIR)$(FIRMWAREDIR)/vigil models/*/*.vgm

check:
	$(Q)tools/install-deps check
	$(Q)tools/checks/run

test:
	$(Q)tools/install-deps test
	$(Q)tools/testing/run-tests

soak:
	$(Q)tools/install-deps test
	$(Q)VIGIL_SOAK=$(SOAK) tools/testing/run-tests

bench-weights:
	$(Q)tools/install-deps weights
	$(Q)tools/testing/bench/run

bench-memory:
	$(Q)tools/install-deps memory
	$(Q)tools/testing/bench/run-memory

bench-predict:
	$(Q)tools/install-deps predict
	$(Q)tools/testing/bench/run-predict

bench-core:
	$(Q)tools/install-deps core
	$(Q)tools/testing/bench/run-core

dimm-timeline:
	$(Q)tools/install-deps dimm-timeline
	$(Q)tools/testing/timeline/run $(LOGS)

demo:
	$(Q)tools/install-deps demo
	$(Q)tools/demo/run

clean:
	$(Q)rm -rf $(BUILD)

help:
	@echo  'make [all]    build the modules and the user tools'
	@echo  'make modules  build the modules'
	@echo  'make tools    build libvigil and vigilctl into $(BUILD)/tools'
	@echo  'make install  install modules, tools, headers, manual pages, units; starts nothing'
	@echo  'make models_install  install models that predict failures; see models/'
	@echo  'make check    run the gates: styles, warnings, sparse, clang, documentation'
	@echo  'make test     run everything that tests, on all kernels, in virtual machines'
	@echo  'make soak     run the long proofs: storms, fuzzing, errors by the thousand'
	@echo  'make bench-weights  measure weightfs against its peers, in virtual machines'
	@echo  'make bench-memory   measure vigil_memory against rasdaemon, in virtual machines'
	@echo  'make bench-predict  measure the engine of predictions against libxgboost'
	@echo  'make bench-core     measure ten thousand components against devlink health'
	@echo  'make dimm-timeline  draw what Vigil says of memory modules while real logs happen'
	@echo  'make demo     show the main job in a virtual machine'
	@echo  'make clean    remove $(BUILD)'
	@echo  ''
	@echo  'KDIR=DIR             kernel to build for, a build tree or headers'
	@echo  '                     [$(or $(KDIR),none found)]'
	@echo  'PREFIX=DIR           where the tools are installed [$(PREFIX)]'
	@echo  'DESTDIR=DIR          put in front of all that is installed'
	@echo  'CONFIG_WEIGHTFS=n    leave a module out; see Kbuild'
	@echo  'TIERS="unit kunit"   which tests: check unit kunit selftests runner [all]'
	@echo  'KERNELS="6.12"       on which kernels selftests run: 6.1 6.12 debug; also benchmarks'
	@echo  'LOGS="sn_6 X.csv"    logs for dimm-timeline, of the field data or files [sn_6454 sn_13905]'
	@echo  'SOAK=N               how many times longer than in make test [$(SOAK)]'
	@echo  'VIGIL_NO_INSTALL=1   list missing packages and stop, do not install them'
	@echo  'V=1                  show commands'

export TIERS KERNELS

.PHONY: all modules kdir tools install modules_install models_install tools_install check test \
	soak bench-weights bench-memory bench-predict bench-core \
	dimm-timeline demo clean help

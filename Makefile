# SPDX-License-Identifier: GPL-2.0
# Start with: make help

BUILD  := build
KDIR   ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
LIBDIR ?= lib
VERSION := $(shell sed -n 's/^\#define TCPTRAIL_VERSION "\(.*\)"/\1/p' module/version.h)

CC       ?= gcc
CFLAGS   ?= -O2 -g
# What is checked before a change lands sets WERROR=1; another compiler only warns.
WARNINGS := -Wall -Wextra $(if $(WERROR),-Werror) -Wmissing-prototypes -Wstrict-prototypes -Wshadow \
	    -Wno-unused-parameter -Wno-missing-field-initializers
ALLFLAGS := -std=gnu11 $(WARNINGS) -I. -D_GNU_SOURCE -MMD -MP

# Each thing that is done is a line; make V=1 shows its command, make -s shows nothing.
silent = $(findstring s,$(firstword -$(MAKEFLAGS)))
step   = $(if $(filter 1,$(V)),,@$(if $(silent),,printf '  %-7s %s\n' $(1) $@;))

# The layers of the user side, from the bottom up: each links only what stands before
# it (scripts/check holds them to that). Three programs stand on top.
LAYERS := base trail sockdiag procfs conn diagnose explain print session

UNIT_SRC := $(wildcard tests/unit/test_*.c)
LIVE_SRC := $(wildcard tests/live/*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard userspace/$(1)/*.c))
archive = $(BUILD)/lib/$(1).a

# For the linker: what uses another comes before it.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LIBS     := $(foreach layer,$(call reverse,$(LAYERS)),$(call archive,$(layer)))
ALL_LIBS := $(call archive,top) $(call archive,exporter) $(LIBS)

CLI      := $(BUILD)/tcptrail
TOP      := $(BUILD)/tcptrail-top
EXPORTER := $(BUILD)/tcptrail-exporter
UNIT  := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%) $(BUILD)/unit/test_safe_other_char \
	 $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/unit/%)
FUZZ  := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)

# What the guest gets on its PATH, beside tcptrail.
LIVE  := $(BUILD)/live/tcptrail-live \
	 $(patsubst tests/guest/%.c,$(BUILD)/live/%,$(wildcard tests/guest/*.c)) \
	 $(patsubst tests/guest/%.sh,$(BUILD)/live/tcptrail-%,$(wildcard tests/guest/*.sh))

BENCH := $(addprefix $(BUILD)/bench/,drain tracker compose scrape)

KERNELS ?= 5.10 6.1 6.12 7

.PHONY: all
all: tools $(if $(wildcard $(KDIR)/Makefile),module)
	@$(if $(wildcard $(KDIR)/Makefile),:,echo "module: not built, $(KDIR) is not there: install linux-headers-$$(uname -r), or use scripts/lab")

.PHONY: help
help:
	@sed -n 's/^#: //p' Makefile

#: make            tools, and the module for the running kernel if its headers are there;
#:                 V=1 shows the commands, WERROR=1 makes warnings errors
#: make demo       the main job, in a guest: live transitions, the ladder, stuck sockets
#: make test       every test on every kernel; KERNELS="6.1" narrows it
#: make test-server  the packages, in fresh roots of Debian 11, 12 and 13
#: make soak       make fuzz; 10,000 random connections, and what is said of them: SEED=N
#:                 repeats those
#: make check      the layers, spelling, clang-format, cppcheck, sparse, shellcheck
#: make coverage   how many lines of each folder the native tests run
.PHONY: demo test test-server soak check coverage
demo:
	@scripts/packages build test lab
	@$(MAKE) -s tools live
	@scripts/demo

test:
	@scripts/packages build test fuzz monitoring lab
	@scripts/test $(KERNELS)

test-server:
	@scripts/packages build lab deb rpm
	@scripts/test --server

soak:
	@scripts/packages build test fuzz lab python3
	$(if $(SEED),,@scripts/fuzz)
	@tests/random/run --count 10000 $(if $(SEED),--seed $(SEED))

check:
	@scripts/packages build test check lab
	@scripts/check

coverage:
	@scripts/packages build test
	@scripts/coverage

#: make load       load the module on this machine
#: make unload     unload it, and say whose packets in NFQUEUEs that drops
.PHONY: load unload
load: module
	@scripts/load tcptrail.ko

unload:
	@scripts/unload

#: make install    module, tools and manuals (PREFIX=/usr/local, DESTDIR= stages, KDIR=)
#: make uninstall  take all of it away again
.PHONY: install install-tools install-lib install-module uninstall
install: install-tools install-lib install-module

PUT := DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' BUILD='$(BUILD)' KDIR='$(KDIR)' VERSION='$(VERSION)' scripts/install

install-tools: tools
	@$(PUT) tools $(PROGRAMS)

install-lib: $(BUILD)/libtcptrail.a
	@$(PUT) library put

install-module: $(if $(wildcard $(KDIR)/Makefile),module)
	@$(PUT) module

uninstall:
	@$(PUT) uninstall

#: make tools      only the user side, into build/
#: make module     only the module, for KDIR=/lib/modules/.../build
#: make clean      remove what was built
#: make compile_commands  compile_commands.json, for clangd and clang-tidy
.PHONY: tools module clean compile_commands
# Whoever lacks a library lacks only the program that needs it.
has = $(shell $(CC) $(CPPFLAGS) $(addprefix -include ,$(1)) -E -x c /dev/null >/dev/null 2>&1 && echo yes)
PROGRAMS := $(CLI) $(if $(call has,curses.h),$(TOP)) $(if $(call has,microhttpd.h zlib.h),$(EXPORTER))

tools: $(PROGRAMS)
	@$(if $(filter $(TOP),$(PROGRAMS)),:,echo "tcptrail-top: not built, curses.h is missing: install libncurses-dev")
	@$(if $(filter $(EXPORTER),$(PROGRAMS)),:,echo "tcptrail-exporter: not built, microhttpd.h or zlib.h is missing: install libmicrohttpd-dev and zlib1g-dev")

# modpost would want pahole and a whole vmlinux to give the module BTF.
module:
	$(if $(filter 1,$(V)),,@)$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) CONFIG_DEBUG_INFO_BTF_MODULES= modules

clean:
	rm -rf $(BUILD)
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) clean)

# Each line of make that compiles ends with "-c -o OBJECT SOURCE".
compile_commands:
	@$(MAKE) -Bn --no-print-directory V=1 CC=clang $(LIBS) tools unit live bench-programs | \
		grep -E -- '-c -o [^ ]+ [^ ]+[.]c$$' | sort -u | \
		sed -E -e 's/[\"]/\\&/g' \
		       -e 's|^(.*) ([^ ]+)$$|{"directory":"$(CURDIR)","file":"\2","command":"\1 \2"},|' \
		       -e '1s/^/[/' -e '$$s/,$$/]/' >compile_commands.json

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(CPPFLAGS) $(ALLFLAGS) $(CFLAGS) -c -o $@ $<

# A record passes through several of the tracker's files: gcc optimizes them as one.
# The many tests are linked from the ordinary code that is in the objects, too.
ifeq ($(findstring clang,$(CC)),)
$(BUILD)/userspace/conn/%.o: ALLFLAGS += -flto=auto -ffat-lto-objects
endif

define archive_rule
$$(call archive,$(1)): $$(filter-out %/main.o,$$(call objects,$(1)))
	@mkdir -p $$(@D) && rm -f $$@
	$$(call step,AR)$$(AR) rcs $$@ $$^
endef
$(foreach layer,$(LAYERS) top exporter,$(eval $(call archive_rule,$(layer))))

# What other programs link: the trail alone.
$(BUILD)/libtcptrail.a: $(call objects,trail) $(call objects,base)
	@rm -f $@
	$(call step,AR)$(AR) rcs $@ $^

$(CLI): $(call objects,cli) $(LIBS)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmnl -lm -lpthread

# One file that needs nothing of the machine it is copied to.
#: make static     build/static/tcptrail, where there is a libmnl.a; CC=musl-gcc works, too
.PHONY: static
has_static_libmnl = $(shell echo 'int main(void) { return 0; }' | \
	$(CC) $(LDFLAGS) -static -x c -o /dev/null - -lmnl 2>/dev/null && echo yes)
static:
	@$(if $(has_static_libmnl),:,echo "make static: there is no libmnl.a (Debian has none): build libmnl with --enable-static, and name its place by LDFLAGS=-L..." >&2; exit 1)
	@$(MAKE) --no-print-directory $(BUILD)/static/tcptrail

$(BUILD)/static/tcptrail: $(call objects,cli) $(LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -static -s -o $@ $^ -lmnl -lm -lpthread

$(TOP): $(BUILD)/userspace/top/main.o $(call archive,top) $(LIBS)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmnl -lm -lncursesw -lpthread

$(EXPORTER): $(BUILD)/userspace/exporter/main.o $(call archive,exporter) $(LIBS)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmnl -lm -lmicrohttpd -lz -lpthread

# Its page is in it.
$(BUILD)/userspace/exporter/page.o: userspace/exporter/page.html

# Tests, native: one program of each tests/unit/test_NAME.c.
.PHONY: unit test-unit
unit: $(UNIT) $(BUILD)/monitoring/story

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fno-lto -o $@ $^ -lcmocka -lmnl -lm -lmicrohttpd -lz -lpthread

$(BUILD)/unit/test_safe: $(BUILD)/tests/fuzz/check.o

# A plain char has a sign, or has none: what takes names apart is tested both ways.
OTHER_CHAR := $(if $(shell echo __CHAR_UNSIGNED__ | $(CC) -E -P - | grep 1),-fsigned-char,-funsigned-char)
OTHER_CHAR_SRC := $(wildcard userspace/base/*.c userspace/print/*.c) userspace/session/message.c \
		  userspace/exporter/openmetrics.c userspace/top/grid.c

$(BUILD)/other-char/%.o: %.c
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(CPPFLAGS) $(ALLFLAGS) $(CFLAGS) $(OTHER_CHAR) -c -o $@ $<

$(BUILD)/unit/test_safe_other_char: $(BUILD)/other-char/tests/unit/test_safe.o \
		$(OTHER_CHAR_SRC:%.c=$(BUILD)/other-char/%.o) $(BUILD)/tests/fuzz/check.o $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fno-lto -o $@ $^ -lcmocka -lmnl -lm -lmicrohttpd -lz -lpthread

$(BUILD)/monitoring/%: $(BUILD)/tests/monitoring/%.o $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fno-lto -o $@ $^

#: make test-unit  only the native tests
test-unit:
	@scripts/packages build test
	@scripts/test --native

# Fuzz targets: as unit tests they go through their corpus, as fuzzers beyond it.
FUZZ_OBJ := $(addprefix $(BUILD)/tests/fuzz/,records.o check.o)

$(BUILD)/unit/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o \
		      $(FUZZ_OBJ) $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fno-lto -o $@ $^ -lmnl -lmicrohttpd -lz -lm -lpthread

.PHONY: fuzz-programs fuzz
fuzz-programs: $(FUZZ)

$(BUILD)/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_OBJ) $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ -lmnl -lmicrohttpd -lz -lm -lpthread

#: make fuzz       libFuzzer on all that reads input, FUZZ_SECONDS=300 for each target
fuzz:
	@scripts/packages build fuzz
	@scripts/fuzz

# Tests, in the guest.
.PHONY: live
live: $(LIVE)

$(BUILD)/live/tcptrail-live: $(LIVE_SRC:%.c=$(BUILD)/%.o) $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -fno-lto -o $@ $^ -lcmocka -lmnl -lm -lmicrohttpd -lz -lpthread

$(BUILD)/live/%: $(BUILD)/tests/guest/%.o
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/live/tcptrail-%: tests/guest/%.sh
	@mkdir -p $(@D)
	$(call step,INSTALL)install -m 755 $< $@

# What brings sockets into the situations of tests/truth.
.PHONY: truth
truth: $(BUILD)/truth/act $(BUILD)/truth/wire

$(BUILD)/truth/act: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/truth/act/*.c))
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread

$(BUILD)/truth/wire: $(BUILD)/tests/truth/wire.o
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

#: make deb        Debian packages, into build/deb
.PHONY: deb
deb:
	@scripts/packages build deb
	@scripts/deb

#: make rpm        RPM packages, into build/rpm
.PHONY: rpm
rpm:
	@scripts/packages build rpm
	@scripts/rpm

# Benchmarks, native: what the user side does by itself.
#: make bench-native  records per second of the reader and the model, on one core
.PHONY: bench-programs bench-native
bench-programs: $(BENCH)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/tests/bench/generate.o $(ALL_LIBS)
	@mkdir -p $(@D)
	$(call step,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmnl -lm -lmicrohttpd -lz -lpthread

bench-native: $(BENCH)
	$(BUILD)/bench/drain $(BUILD)/bench/trail
	$(BUILD)/bench/tracker
	$(BUILD)/bench/scrape

#: make bench      what tracing costs, in instructions of the guest
#: make bench-check  whether it costs what tests/bench/figures says
.PHONY: bench bench-check
bench-check:
	@scripts/packages build lab
	@scripts/bench --check

bench:
	@scripts/packages build lab bench
	@scripts/bench
	@scripts/bench-nginx

.SECONDARY:
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)

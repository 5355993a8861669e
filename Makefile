# SPDX-License-Identifier: GPL-2.0
# Start with: make help

BUILD  := build
KDIR   ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local

CC       ?= gcc
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow \
	    -Wno-unused-parameter
ALLFLAGS := -std=gnu11 $(WARNINGS) -I. -D_GNU_SOURCE -MMD -MP

LIB_SRC   := $(wildcard userspace/lib/*.c)
TOOL_SRC  := $(wildcard userspace/out/*.c userspace/model/*.c userspace/snapshot/*.c)
CMD_SRC   := $(wildcard userspace/cmd/*.c)
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
LIVE_SRC  := $(wildcard tests/live/*.c)

LIB    := $(BUILD)/libtcptrail.a
TOOLS  := $(BUILD)/libtools.a
UNIT   := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
LIVE   := $(BUILD)/live/tcptrail-live

# The newest kernel comes last: its guest needs the longest to prepare.
KERNELS ?= 5.10 6.1 6.12 7

.PHONY: all help packages-build packages-test packages-check tools module load unload install \
	demo test test-unit test-live check clean
.DEFAULT_GOAL := all

all: tools $(if $(wildcard $(KDIR)/Makefile),module)
	@$(if $(wildcard $(KDIR)/Makefile),:,echo "module: not built, $(KDIR) is not there: install linux-headers-$$(uname -r), or use scripts/lab")

help:
	@sed -n 's/^#: //p' Makefile

#: make            tools, and the module for the running kernel if its headers are there
#: make demo       the main job, in a guest: live transitions, the ladder, stuck sockets
#: make test       every test on every kernel; KERNELS="6.1" narrows it
#: make check      sparse, cppcheck, clang-format, shellcheck
#: make load       load the module on this machine
#: make unload     unload it
#: make install    module, tools and man pages (PREFIX=/usr/local)
#: make tools      only the user side, into build/
#: make module     only the module, for KDIR=/lib/modules/.../build
#: make clean      remove build/

packages-build packages-test packages-check:
	@scripts/packages $(@:packages-%=%)

tools: $(BUILD)/tcptrail $(LIVE)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(CFLAGS) -c -o $@ $<

$(LIB): $(LIB_SRC:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(TOOLS): $(TOOL_SRC:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tcptrail: $(CMD_SRC:%.c=$(BUILD)/%.o) $(TOOLS) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmnl

$(LIVE): $(LIVE_SRC:%.c=$(BUILD)/%.o) $(TOOLS) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lmnl -lpthread

# A unit test is one program of tests/unit/test_NAME.c, linked with all but main.
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(TOOLS) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lmnl -lpthread

test-unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# Native: what the user side does by itself.

DRAIN := $(BUILD)/bench/drain

$(DRAIN): $(BUILD)/tests/bench/drain.o $(BUILD)/tests/bench/generate.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

BENCH_MODEL := $(BUILD)/bench/model

$(BENCH_MODEL): $(BUILD)/tests/bench/model.o $(BUILD)/tests/bench/generate.o $(TOOLS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

.PHONY: test-cli bench-native
#: make bench-native  records per second of the reader and the model, on one core
bench-native: $(DRAIN) $(BENCH_MODEL)
	$(DRAIN) $(BUILD)/bench/trail
	$(BENCH_MODEL)

test-cli: $(BUILD)/tcptrail $(DRAIN)
	@tests/cli.sh $(BUILD)

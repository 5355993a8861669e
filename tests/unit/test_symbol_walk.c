// SPDX-License-Identifier: GPL-2.0
/* How the module finds the kernel's functions by name, on a little kernel of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/base/array.h"

/* As much of the kernel as module/symbol_walk.h needs. */
#define KSYM_SYMBOL_LEN 64
#define cond_resched() ((void)0)

static int sprint_symbol(char *text, unsigned long address);

#include "module/symbol_walk.h"

#define KERNEL 0xffffffff81000000UL
#define STEP 0x40

/* One behind the other, STEP bytes each, from KERNEL on. */
static const char *const kernel[] = {
	"_stext",     "start_here", "tcp_abort", "__pfx_twice", "twice",   "a_known_one",
	"tcp_abort_", "twice",	    "last_one",	 "_etext",	"in_data",
};

/* What lies before the kernel and behind it: a module's function, or nothing. */
static const char *outside;
static unsigned int asked;

static int sprint_symbol(char *text, unsigned long address)
{
	unsigned long offset = address % STEP;

	assert_true(asked++ < 1000);
	if (address >= KERNEL && address < KERNEL + STEP * ARRAY_SIZE(kernel))
		return sprintf(text, "%s+0x%lx/0x%x", kernel[(address - KERNEL) / STEP], offset,
			       STEP);
	if (outside)
		return sprintf(text, "%s+0x%lx/0x%x [module]", outside, offset, STEP);
	return sprintf(text, "0x%lx", address);
}

static unsigned long at(unsigned int symbol)
{
	return KERNEL + STEP * symbol;
}

/* From the middle of symbol @from: who has @name? */
static struct symbol find(unsigned int from, const char *name)
{
	struct symbol symbols[] = { { .name = "other" }, { .name = name }, { .name = "" } };
	struct symbol_walk walk;

	asked = 0;
	symbol_walk(&walk, at(from) + 0x10, symbols, ARRAY_SIZE(symbols));
	assert_int_equal(symbols[0].count, 0);
	assert_int_equal(symbols[2].count, 0);
	return symbols[1];
}

static void found_from_everywhere(void **state)
{
	struct symbol s;

	for (unsigned int from = 0; from < 10; from++) {
		s = find(from, "tcp_abort");
		assert_int_equal(s.count, 1);
		assert_int_equal(s.address, at(2));
		s = find(from, "_stext");
		assert_int_equal(s.count, 1);
		assert_int_equal(s.address, at(0));
		s = find(from, "last_one");
		assert_int_equal(s.count, 1);
		assert_int_equal(s.address, at(8));
	}
}

static void two_are_counted(void **state)
{
	for (unsigned int from = 0; from < 10; from++)
		assert_int_equal(find(from, "twice").count, 2);
}

static void what_is_no_function_is_not_found(void **state)
{
	assert_int_equal(find(5, "in_data").count, 0);
	assert_int_equal(find(5, "nowhere").count, 0);
	assert_int_equal(find(5, "tcp_abort_").count, 1); /* the whole name */
}

static void modules_are_not_visited(void **state)
{
	outside = "tcp_abort";
	assert_int_equal(find(5, "tcp_abort").count, 1);
	outside = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_from_everywhere),
		cmocka_unit_test(two_are_counted),
		cmocka_unit_test(what_is_no_function_is_not_found),
		cmocka_unit_test(modules_are_not_visited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

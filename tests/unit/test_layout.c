// SPDX-License-Identifier: GPL-2.0
/* What a module may say of its rings, and what is refused before anything is mapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "userspace/trail/layout.h"
#include "userspace/base/array.h"

static const struct tcptrail_info good = {
	.size = sizeof(good),
	.abi_major = TCPTRAIL_ABI_MAJOR,
	.record_size = 128,
	.ring_records = 512,
	.ring_offset = 4096,
	.map_stride = 4096 + 512 * 128,
	.cpus = 2,
};

static void test_layout(void **state)
{
	static const struct {
		const char *what;
		int expected;
		struct tcptrail_info change; /* UINT_MAX or zero cannot be told: see below */
	} cases[] = {
		{ "another major", -EPROTO, { .abi_major = TCPTRAIL_ABI_MAJOR + 1 } },
		{ "a later minor", 0, { .abi_minor = 7 } },
		{ "a longer info", 0, { .size = 4096 } },
		{ "a shorter info", -EBADMSG, { .size = TCPTRAIL_INFO_MIN - 1 } },
		{ "longer records in too little room", -EBADMSG, { .record_size = 192 } },
		{ "longer records", 0, { .record_size = 192, .map_stride = 4096 + 24 * 4096 } },
		{ "shorter records", -EBADMSG, { .record_size = 64 } },
		{ "odd records", -EBADMSG, { .record_size = 130 } },
		{ "huge records", -EBADMSG, { .record_size = 1U << 30 } },
		{ "no power of two", -EBADMSG, { .ring_records = 511 } },
		{ "more slots than room", -EBADMSG, { .ring_records = 1024 } },
		{ "slots that overflow",
		  -EBADMSG,
		  { .ring_records = 1U << 31, .record_size = 4096 } },
		{ "slots over the head", -EBADMSG, { .ring_offset = 32 } },
		{ "slots askew", -EBADMSG, { .ring_offset = 4100 } },
		{ "slots outside", -EBADMSG, { .ring_offset = 1U << 31 } },
		{ "no whole pages", -EBADMSG, { .map_stride = 4096 + 512 * 128 + 1 } },
		{ "a huge mapping", -EBADMSG, { .map_stride = UINT64_MAX - 4095 } },
		{ "offsets that overflow", -EBADMSG, { .map_stride = 1ULL << 61, .cpus = 9 } },
		{ "too many CPUs", -EBADMSG, { .cpus = 1U << 20 } },
		{ "too many ports", -EBADMSG, { .nports = TCPTRAIL_MAX_PORTS + 1 } },
	};

	assert_int_equal(layout_check(&good), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct tcptrail_info *c = &cases[i].change;
		struct tcptrail_info info = good;

#define CHANGE(field) (info.field = c->field ? c->field : info.field)
		CHANGE(size);
		CHANGE(abi_major);
		CHANGE(abi_minor);
		CHANGE(record_size);
		CHANGE(ring_records);
		CHANGE(ring_offset);
		CHANGE(map_stride);
		CHANGE(cpus);
		CHANGE(nports);
		if (layout_check(&info) != cases[i].expected)
			fail_msg("%s: %d", cases[i].what, layout_check(&info));
	}
}

static void test_zeros(void **state)
{
	static const size_t fields[] = {
		offsetof(struct tcptrail_info, size),
		offsetof(struct tcptrail_info, record_size),
		offsetof(struct tcptrail_info, ring_records),
		offsetof(struct tcptrail_info, ring_offset),
		offsetof(struct tcptrail_info, map_stride),
		offsetof(struct tcptrail_info, cpus),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++) {
		struct tcptrail_info info = good;

		*(uint32_t *)((uint8_t *)&info + fields[i]) = 0;
		assert_int_equal(layout_check(&info), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_zeros),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Trail files of the other byte order. Which fields are swapped is told here again,
 * field by field and by hand, so that the library's own list is checked against
 * something: offset and size.
 */
#include "tests/unit/file_tools.h"

struct field {
	unsigned int offset;
	unsigned int size;
};

static void swap_fields(uint8_t *bytes, const struct field *fields)
{
	for (; fields->size; fields++) {
		for (unsigned int i = 0; i < fields->size / 2; i++) {
			uint8_t *a = bytes + fields->offset + i;
			uint8_t *b = bytes + fields->offset + fields->size - 1 - i;
			uint8_t swapped = *a;

			*a = *b;
			*b = swapped;
		}
	}
}

static void make_foreign(uint8_t *file, size_t size)
{
	static const struct field header[] = { { 8, 4 },   { 12, 2 }, { 14, 2 }, { 16, 4 },
					       { 20, 4 },  { 24, 8 }, { 32, 8 }, { 184, 4 },
					       { 188, 4 }, { 0, 0 } };
	static const struct field info[] = { { 0, 4 },	{ 8, 2 },  { 10, 2 },  { 12, 4 },
					     { 16, 4 }, { 20, 4 }, { 24, 8 },  { 32, 4 },
					     { 36, 4 }, { 40, 8 }, { 48, 8 },  { 56, 8 },
					     { 64, 4 }, { 68, 4 }, { 232, 4 }, { 0, 0 } };
	static const struct field common[] = { { 0, 8 },  { 8, 8 },  { 16, 8 },
					       { 24, 4 }, { 28, 2 }, { 64, 2 },
					       { 66, 2 }, { 68, 2 }, { 0, 0 } };
	static const struct field transition[] = { { 76, 2 },  { 78, 2 },  { 96, 4 }, { 100, 4 },
						   { 104, 4 }, { 108, 4 }, { 0, 0 } };
	static const struct field owner[] = { { 80, 8 }, { 88, 4 }, { 92, 4 }, { 0, 0 } };
	static const struct field bytes[] = { { 80, 8 }, { 88, 8 }, { 0, 0 } };
	static const struct field segment[] = { { 74, 2 }, { 76, 4 }, { 80, 4 },
						{ 84, 4 }, { 88, 4 }, { 0, 0 } };
	static const struct field age[] = { { 112, 8 }, { 0, 0 } };
	static const struct field loss[] = { { 80, 8 }, { 88, 8 }, { 0, 0 } };

	swap_fields(file, header);
	swap_fields(file + 192, info);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_PORTS; i++)
		swap_fields(file + 192 + 72 + 2 * i, (struct field[]){ { 0, 2 }, { 0, 0 } });
	for (unsigned int i = 0; i < TCPTRAIL_MAX_HOOKS; i++)
		swap_fields(file + 192 + 104 + 4 * i, (struct field[]){ { 0, 4 }, { 0, 0 } });
	for (uint8_t *r = file + HEADER; r < file + size; r += sizeof(records[0])) {
		bool has_bytes = ((struct tcptrail_record *)(void *)r)->flags & TCPTRAIL_F_BYTES;
		uint8_t kind = r[30];

		swap_fields(r, common);
		if ((kind >= TCPTRAIL_SOCKET && kind <= TCPTRAIL_ACCEPT) ||
		    kind == TCPTRAIL_SNAPSHOT) {
			swap_fields(r, transition);
			swap_fields(r, has_bytes ? bytes : owner);
			if (kind == TCPTRAIL_SNAPSHOT)
				swap_fields(r, age);
		} else if (kind == TCPTRAIL_SEGMENT)
			swap_fields(r, segment);
		else if (kind == TCPTRAIL_LOSS)
			swap_fields(r, loss);
	}
}

static void test_foreign(void **state)
{
	struct tcptrail_info info, expected;
	static uint8_t foreign[SIZE] __attribute__((aligned(8)));
	struct file_header *header = (void *)foreign;
	struct tcptrail *trail;

	/* Every byte of it something, so that no swap goes unseen. */
	memcpy(foreign, image, SIZE);
	for (unsigned int i = 0; i < sizeof(info); i++)
		((uint8_t *)&header->info)[i] = (uint8_t)(i * 3 + 1);
	header->info.reserved_in = 0;
	memset(header->info.reserved, 0, sizeof(header->info.reserved));
	header->info.abi_major = TCPTRAIL_ABI_MAJOR;
	header->info.nports = 2;
	header->realtime_offset_ns = 0x0102030405060708;
	header->netns = 0x01020304;
	expected = header->info;
	make_foreign(foreign, SIZE);
	put_file(foreign, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(tcptrail_origin(trail)->realtime_offset_ns, 0x0102030405060708);
	assert_int_equal(tcptrail_origin(trail)->netns, 0x01020304);
	assert_int_equal(tcptrail_get_info(trail, &info), 0);
	assert_memory_equal(&info, &expected, sizeof(info));
	expect_records(trail, RECORDS, 0);
	tcptrail_close(trail);
}

/* Of version 1.1, too: a snapshot's age is in its seq. */
static void test_older_version(void **state)
{
	static uint8_t foreign[SIZE] __attribute__((aligned(8)));
	struct file_header *header = (void *)foreign;
	struct tcptrail_record *r = (void *)(foreign + HEADER);
	const struct tcptrail_record *batch;
	struct tcptrail *trail;

	memcpy(foreign, image, SIZE);
	header->version_minor = 1;
	r->kind = TCPTRAIL_SNAPSHOT;
	r->seq = 0x0102030405060708;
	memset(r->transition.comm, 0, sizeof(r->transition.comm));
	make_foreign(foreign, SIZE);
	put_file(foreign, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(tcptrail_read(trail, &batch), RECORDS);
	assert_int_equal(record_min_age_ns(batch), 0x0102030405060708);
	assert_int_equal(batch->seq, 0);
	tcptrail_close(trail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_older_version),
	};

	return cmocka_run_group_tests_name("file_foreign", tests, set_up, tear_down);
}

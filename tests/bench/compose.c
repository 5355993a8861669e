// SPDX-License-Identifier: GPL-2.0
/*
 * A trail file from lines of text (tests/unit/script.h), for tests that need to
 * know what is in it:
 *
 *	compose FILE < SCRIPT
 */
#include <errno.h>
#include <stdbool.h>

#include "tests/unit/script.h"
#include "userspace/trail/tcptrail.h"

#define RECORDS_MAX 100000
#define TEXT_MAX (1 << 22)

static struct tcptrail_record records[RECORDS_MAX];
static char text[TEXT_MAX + 1];

int main(int argc, char *argv[])
{
	struct tcptrail_writer *writer;
	size_t count;
	int err;

	if (argc != 2) {
		fprintf(stderr, "compose: usage: compose FILE < SCRIPT\n");
		return 2;
	}
	if (fread(text, 1, TEXT_MAX, stdin) == TEXT_MAX) {
		fprintf(stderr, "compose: more than %d bytes of script\n", TEXT_MAX);
		return 1;
	}
	count = script_records(text, records, RECORDS_MAX);
	err = tcptrail_create(&writer, argv[1], NULL);
	if (!err) {
		err = tcptrail_write(writer, records, count);
		if (tcptrail_finish(writer) && !err)
			err = -EIO;
	}
	if (err)
		fprintf(stderr, "compose: %s: %s\n", argv[1], strerror(-err));
	return err ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a trail file, through everything that watch does with one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "userspace/trail/file.h"
#include "userspace/trail/filter.h"
#include "userspace/print/line.h"
#include "userspace/print/record_json.h"

static void use(struct tcptrail *trail, struct buf *out)
{
	int64_t offset_ns = tcptrail_origin(trail)->realtime_offset_ns;
	const struct tcptrail_record *records;
	struct filter filter = { 0 };
	struct line line = { 0 };
	struct clock utc;
	int n;

	filter_add(&filter, FILTER_PORT, "80");
	filter_add(&filter, FILTER_COMM, "nginx");
	filter_add(&filter, FILTER_STATE, "close_wait");
	clock_init(&line.clock, offset_ns, false);
	clock_init(&utc, offset_ns, true);
	while ((n = tcptrail_read(trail, &records)) > 0) {
		for (int i = 0; i < n; i++) {
			out->len = 0;
			line_record(&line, out, &records[i]);
			fuzz_check_text(out);
			out->len = 0;
			record_json(out, &utc, &records[i]);
			fuzz_check_json(out);
			line.relative = filter_match(&filter, &records[i]);
		}
	}
}

/* Few inputs would guess a header: the first byte says whether they get one, and which. */
static int write_input(int fd, const uint8_t *data, size_t size)
{
	struct file_header h = {
		.byte_order = FILE_BYTE_ORDER,
		.version_major = FILE_VERSION_MAJOR,
		.version_minor = size && *data & 2 ? FILE_VERSION_MINOR : 0,
		.header_size = sizeof(h),
		.record_size = sizeof(struct tcptrail_record),
		.info_size = sizeof(h.info),
		.info = { .abi_major = TCPTRAIL_ABI_MAJOR },
	};

	memcpy(h.magic, FILE_MAGIC, sizeof(h.magic));
	if (size && *data & 1 && write(fd, &h, sizeof(h)) < 0)
		return -1;
	return size > 1 && write(fd, data + 1, size - 1) < 0 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trail", 0);
	struct tcptrail *trail;
	char path[64];
	struct buf out;

	if (fd < 0 || write_input(fd, data, size))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!tcptrail_open_file(&trail, path)) {
		buf_init(&out, NULL);
		use(trail, &out);
		buf_free(&out);
		tcptrail_close(trail);
	}
	close(fd);
	return 0;
}

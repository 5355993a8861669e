// SPDX-License-Identifier: GPL-2.0
/* Any bytes as the rings of three CPUs, changing under the reader. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "userspace/trail/merge.h"

#define CPUS 3
#define RECORDS 4
#define ROOM 6

struct image {
	struct tcptrail_ring shared;
	struct tcptrail_record slots[RECORDS];
};

/* A few bytes of the input overwrite a few bytes of a ring; most often a head or a seq. */
static const uint8_t *scribble(struct image *image, const uint8_t *data, const uint8_t *end)
{
	while (end - data >= 4) {
		uint8_t *bytes = (uint8_t *)image;
		unsigned int what = *data++;
		size_t at = *data++;

		if (what & 1)
			image->shared.head += *data % 8;
		else if (what & 2)
			image->slots[at % RECORDS].seq = image->shared.head - *data % 8;
		else if (what & 4)
			image->slots[at % RECORDS].time_ns = *data;
		else
			bytes[(at * 2 + (what >> 7)) % sizeof(*image)] = *data;
		data++;
		if (what & 64)
			break;
	}
	return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image *images = calloc(CPUS, sizeof(*images));
	struct ring rings[CPUS] = { 0 };
	struct merge_entry heap[CPUS];
	struct merge m = { .rings = rings, .heap = heap, .count = CPUS };
	struct tcptrail_record batch[ROOM];
	const uint8_t *end = data + size;

	if (!images)
		abort();
	for (uint16_t i = 0; i < CPUS; i++) {
		rings[i].shared = &images[i].shared;
		rings[i].slots = (const uint8_t *)images[i].slots;
		rings[i].records = RECORDS;
		rings[i].record_size = sizeof(struct tcptrail_record);
		rings[i].cpu = i;
		ring_init(&rings[i], 0, 0);
	}
	while (end - data >= 4) {
		int n;

		data = scribble(&images[*data % CPUS], data + 1, end);
		n = merge_read(&m, 100, batch, ROOM);
		if (n > ROOM)
			abort();
		for (unsigned int i = 0; i < CPUS; i++) {
			if (rings[i].started + rings[i].read + rings[i].lost != rings[i].next)
				abort();
		}
	}
	free(images);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * All rings as one stream, in the order of time: a merge of sorted lists.
 *
 * A heap has one entry for each ring that has something to read, by the time of the ring's
 * next record. The first ring may go on until the next record of another ring is older
 * (runner_up()); then the heap is put in order again. So most records are copied in runs,
 * and the heap costs little.
 *
 * A CPU takes a record's time shortly before the record becomes visible. Therefore records
 * younger than MERGE_HOLD_NS wait for the next call: an older one may still appear on
 * another CPU. A time that lies more than FUTURE_NS ahead is damage and is not waited for.
 */
#include "userspace/trail/merge.h"

/* A time further ahead than this is damage, and no reason to wait for it. */
#define FUTURE_NS SEC

static void sift_down(struct merge *m)
{
	struct merge_entry entry = m->heap[0];
	unsigned int i = 0;

	for (;;) {
		unsigned int child = 2 * i + 1;

		if (child >= m->waiting)
			break;
		if (child + 1 < m->waiting && m->heap[child + 1].time_ns < m->heap[child].time_ns)
			child++;
		if (m->heap[child].time_ns >= entry.time_ns)
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = entry;
}

static void push(struct merge *m, struct ring *ring)
{
	struct merge_entry entry = { ring_time(ring, ring->next), ring };
	unsigned int i = m->waiting++;

	while (i && m->heap[(i - 1) / 2].time_ns > entry.time_ns) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = entry;
}

static void pop(struct merge *m)
{
	m->heap[0] = m->heap[--m->waiting];
	if (m->waiting)
		sift_down(m);
}

/* Until when the first ring may go on before it is another one's turn. */
static uint64_t runner_up(const struct merge *m)
{
	uint64_t first = m->waiting > 1 ? m->heap[1].time_ns : UINT64_MAX;
	uint64_t second = m->waiting > 2 ? m->heap[2].time_ns : UINT64_MAX;

	return first < second ? first : second;
}

static int gather(struct merge *m)
{
	m->waiting = 0;
	m->fill = 0;
	for (unsigned int i = 0; i < m->count; i++) {
		struct ring *ring = &m->rings[i];
		int filled = ring->shared ? ring_refresh(ring) : 0;
		uint64_t fill;

		if (filled < 0)
			return filled;
		if (!filled)
			continue;
		push(m, ring);
		fill = (ring->limit - ring->next) * 256 / ring->records;
		if (fill > m->fill)
			m->fill = (unsigned int)fill;
	}
	return 0;
}

int merge_read(struct merge *m, uint64_t now_ns, struct tcptrail_record *to, size_t room)
{
	uint64_t horizon = now_ns > MERGE_HOLD_NS ? now_ns - MERGE_HOLD_NS : 0;
	size_t n = 0;
	int err = gather(m);

	m->held = false;
	m->more = false;
	if (err)
		return err;
	while (m->waiting) {
		struct merge_entry *first = &m->heap[0];
		uint64_t until = runner_up(m);

		if (n + 2 > room) {
			m->more = true;
			break;
		}
		if (first->time_ns > horizon && first->time_ns - horizon < FUTURE_NS) {
			m->held = true;
			pop(m);
			continue;
		}
		if (first->time_ns > horizon)
			until = first->time_ns;
		else if (until > horizon)
			until = horizon;
		n += ring_read(first->ring, to + n, room - n, until);
		if (ring_empty(first->ring)) {
			pop(m);
		} else {
			first->time_ns = ring_time(first->ring, first->ring->next);
			sift_down(m);
		}
	}
	return (int)n;
}

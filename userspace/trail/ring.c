// SPDX-License-Identifier: GPL-2.0
/*
 * Reading one CPU's ring while its writer goes on. The reader holds no lock; the writer does
 * not know of it. Each copy is checked afterwards (copy()); what the writer has overwritten
 * meanwhile is counted as lost, to the record (lose()), and told once, before the next
 * record that is read.
 */
#include "userspace/trail/ring.h"

#include <errno.h>
#include <string.h>

void ring_init(struct ring *r, uint64_t first, uint64_t now_ns)
{
	r->next = first;
	r->limit = first;
	r->started = first;
	r->last_ns = now_ns;
}

uint64_t ring_oldest(const struct ring *r)
{
	uint64_t head = ring_head(r);

	return head > r->records ? head - r->records : 0;
}

/* Give up all records below @to. */
static void lose(struct ring *r, uint64_t to)
{
	if (!r->untold)
		r->untold_first = r->next;
	r->untold += to - r->next;
	r->lost += to - r->next;
	r->next = to;
}

int ring_refresh(struct ring *r)
{
	uint64_t head = ring_head(r);

	if (head < r->next)
		return -EBADMSG;
	r->limit = head;
	if (head - r->next > r->records)
		lose(r, head - r->records);
	return !ring_empty(r);
}

/*
 * The writer came round while we were reading: @next has been overwritten.
 *
 * It is about to overwrite the following ones, too. Skipping an eighth of the
 * ring gives us a head start, and one LOSS record instead of one after each
 * record that we happen to catch. Where head says that @next must still be
 * there, the ring is damaged: skip that record only.
 */
static void lapped(struct ring *r)
{
	uint64_t behind = ring_head(r) - r->next;
	uint64_t skip = 1;

	if (behind >= r->records)
		skip += behind - r->records + r->records / 8;
	if (skip > UINT64_MAX - r->next) /* head is nonsense */
		skip = 1;
	lose(r, r->next + skip);
}

static void tell_loss(struct ring *r, struct tcptrail_record *loss, uint64_t time_ns)
{
	*loss = (struct tcptrail_record){
		.seq = r->untold_first,
		.time_ns = time_ns,
		.cpu = r->cpu,
		.kind = TCPTRAIL_LOSS,
		.loss = {
			.cause = TCPTRAIL_LOSS_OVERWRITTEN,
			.count = r->untold,
			.since_ns = r->last_ns,
		},
	};
	r->untold = 0;
}

/* Record @n, by the protocol of struct tcptrail_ring. */
static bool copy(const struct tcptrail_record *slot, uint64_t n, struct tcptrail_record *to)
{
	/* Pairs with the writer's release of seq: then the rest is there. */
	if (__atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE) != n)
		return false;
	memcpy(to, slot, sizeof(*to));
	to->seq = n; /* whatever a hostile ring did between the two looks */
	/* Pairs with the writer's barrier after marking the slot busy. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->seq, __ATOMIC_RELAXED) == n;
}

size_t ring_read(struct ring *r, struct tcptrail_record *to, size_t room, uint64_t until)
{
	/* Before the records stands the loss, if there was one. */
	size_t losses = r->untold ? 1 : 0, n = losses;
	uint64_t next = r->next;
	bool whole = true;

	while (n < room && next < r->limit && ring_time(r, next) <= until) {
		whole = copy(ring_slot(r, next), next, &to[n]);
		if (!whole)
			break;
		next++;
		n++;
	}
	if (next == r->next)
		n = 0;
	r->read += next - r->next;
	r->next = next;
	if (n && losses)
		tell_loss(r, to, to[1].time_ns);
	if (n)
		r->last_ns = to[n - 1].time_ns;
	if (!whole)
		lapped(r);
	return n;
}

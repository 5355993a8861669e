// SPDX-License-Identifier: GPL-2.0
/* Adds up what was read and what was lost, by cause, and prints the sum. */
#include "userspace/session/losses.h"

#include "userspace/session/message.h"
#include "userspace/base/buf.h"
#include "userspace/base/names.h"

static void add_loss(struct losses *t, const struct tcptrail_record *r)
{
	t->lost[r->loss.cause] += r->loss.count;
	t->unseen += r->loss.cause == TCPTRAIL_LOSS_SNAPSHOT;
	if (r->loss.cause == TCPTRAIL_LOSS_OVERWRITTEN && r->time_ns > t->complete_ns)
		t->complete_ns = r->time_ns;
}

/* A ring counts its records from 0: where a CPU's first one has a higher number, older ones are gone. */
static void add_cpu(struct losses *t, const struct tcptrail_record *r)
{
	uint64_t *cpus = &t->cpus[r->cpu / 64], bit = 1ULL << r->cpu % 64;

	if (*cpus & bit)
		return;
	*cpus |= bit;
	if (r->seq && !t->from_now && r->time_ns > t->complete_ns)
		t->complete_ns = r->time_ns;
}

void losses_add(struct losses *t, const struct tcptrail_record *records, size_t count)
{
	const struct tcptrail_record *r;
	uint32_t cpu = UINT32_MAX;

	if (count && !t->complete_ns)
		t->complete_ns = records[0].time_ns;
	t->read += count;
	for (r = records; r < records + count; r++) {
		if (r->kind == TCPTRAIL_LOSS) {
			add_loss(t, r);
			t->read--;
		} else if (r->cpu != cpu && r->kind < TCPTRAIL_SNAPSHOT) {
			add_cpu(t, r);
			cpu = r->cpu;
		}
	}
}

void losses_finish(struct losses *t, struct tcptrail *trail)
{
	struct tcptrail_count count;
	uint64_t overwritten = 0;

	if (!tcptrail_is_live(trail))
		return;
	for (unsigned int cpu = 0; !tcptrail_count(trail, cpu, &count); cpu++)
		overwritten += count.lost;
	t->lost[TCPTRAIL_LOSS_OVERWRITTEN] = overwritten;
}

uint64_t losses_sum(const struct losses *t)
{
	uint64_t sum = 0;

	for (unsigned int cause = 0; cause < 256; cause++)
		sum += t->lost[cause];
	return sum;
}

void losses_tell(const struct losses *t)
{
	for (unsigned int cause = 0; cause < 256; cause++) {
		if (!t->lost[cause])
			continue;
		cmd_note("read %s records, lost %s: %s", number_text(put_grouped, t->read).s,
			 number_text(put_grouped, t->lost[cause]).s, cause_text((uint8_t)cause));
	}
}

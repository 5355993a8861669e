// SPDX-License-Identifier: GPL-2.0
/* Adds up what was read and what was lost, by cause, and prints the sum. */
#include "userspace/session/losses.h"

#include "userspace/session/message.h"
#include "userspace/base/buf.h"
#include "userspace/base/names.h"

/* A ring counts its records from 0: where a CPU's first one has a higher number, older ones are gone. */
static bool misses_older(struct losses *t, const struct tcptrail_record *r)
{
	uint64_t *cpus = &t->cpus[r->cpu / 64], bit = 1ULL << r->cpu % 64;
	bool is_first = !(*cpus & bit);

	if (r->kind == TCPTRAIL_LOSS)
		return r->loss.cause == TCPTRAIL_LOSS_OVERWRITTEN;
	if (r->kind >= TCPTRAIL_SNAPSHOT)
		return false;
	*cpus |= bit;
	return is_first && r->seq && !t->from_now;
}

void losses_add(struct losses *t, const struct tcptrail_record *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if ((misses_older(t, &records[i]) && records[i].time_ns > t->complete_ns) ||
		    !t->complete_ns)
			t->complete_ns = records[i].time_ns;
		if (records[i].kind != TCPTRAIL_LOSS) {
			t->read++;
			continue;
		}
		t->lost[records[i].loss.cause] += records[i].loss.count;
		t->unseen += records[i].loss.cause == TCPTRAIL_LOSS_SNAPSHOT;
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

// SPDX-License-Identifier: GPL-2.0
#include "tally.h"

#include "cmd.h"
#include "userspace/out/buf.h"
#include "userspace/out/names.h"

void tally_add(struct tally *t, const struct tcptrail_record *records, int count)
{
	for (int i = 0; i < count; i++) {
		if (records[i].kind == TCPTRAIL_LOSS)
			t->lost[records[i].loss.cause] += records[i].loss.count;
		else
			t->read++;
	}
}

void tally_finish(struct tally *t, struct tcptrail *trail)
{
	struct tcptrail_count count;
	uint64_t overwritten = 0;

	if (!tcptrail_is_live(trail))
		return;
	for (unsigned int cpu = 0; !tcptrail_count(trail, cpu, &count); cpu++)
		overwritten += count.lost;
	t->lost[TCPTRAIL_LOSS_OVERWRITTEN] = overwritten;
}

uint64_t tally_lost(const struct tally *t)
{
	uint64_t sum = 0;

	for (unsigned int cause = 0; cause < 256; cause++)
		sum += t->lost[cause];
	return sum;
}

void tally_tell(const struct tally *t)
{
	char read[PUT_GROUPED_MAX + 1], lost[PUT_GROUPED_MAX + 1];

	*put_grouped(read, t->read) = '\0';
	for (unsigned int cause = 0; cause < 256; cause++) {
		if (!t->lost[cause])
			continue;
		*put_grouped(lost, t->lost[cause]) = '\0';
		cmd_note("read %s records, lost %s: %s", read, lost, cause_text((uint8_t)cause));
	}
}

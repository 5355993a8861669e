// SPDX-License-Identifier: GPL-2.0
/* Keeping the records that may be of a talk that is asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/model/talk_internal.h"

int talks_create(struct talks **talks, const struct selector *selector)
{
	struct talks *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->selector = *selector;
	if (index_init(&t->by_ends) || index_init(&t->by_cookie)) {
		talks_free(t);
		return -ENOMEM;
	}
	*talks = t;
	return 0;
}

void talks_free(struct talks *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->drafts_count; i++) {
		free(t->drafts[i].talk.records);
		free(t->drafts[i].talk.sides);
	}
	free(t->drafts);
	free(t->wanted);
	free(t->records);
	free(t->draft_of);
	free(t->side_of);
	free(t->loss_ns);
	index_fini(&t->by_ends);
	index_fini(&t->by_cookie);
	free(t);
}

static int note_loss(struct talks *t, uint64_t time_ns)
{
	uint64_t *bigger;

	if ((t->losses & (t->losses - 1)) == 0) {
		bigger = reallocarray(t->loss_ns, t->losses ? t->losses * 2 : 1, sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		t->loss_ns = bigger;
	}
	t->loss_ns[t->losses++] = time_ns;
	return 0;
}

static int keep(struct talks *t, const struct tcptrail_record *r)
{
	struct tcptrail_record *bigger;
	size_t room = t->room ? t->room * 2 : 1024;

	if (t->count == TALKS_RECORDS_MAX) {
		memmove(t->records, t->records + t->count / 2,
			(t->count - t->count / 2) * sizeof(*t->records));
		t->dropped += t->count / 2;
		t->count -= t->count / 2;
	}
	if (t->count == t->room) {
		bigger = reallocarray(t->records, room, sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		t->records = bigger;
		t->room = room;
	}
	t->records[t->count++] = *r;
	return 0;
}

static bool is_listener(const struct tcptrail_record *r)
{
	return is_transition(r) && (r->transition.new_state == TCPTRAIL_LISTEN ||
				    (r->transition.old_state == TCPTRAIL_LISTEN &&
				     r->transition.new_state == TCPTRAIL_CLOSE));
}

int talks_feed(struct talks *t, const struct tcptrail_record *records, size_t count)
{
	const struct tcptrail_record *r;
	int err = 0;

	for (r = records; r < records + count && !err; r++) {
		if (r->kind == TCPTRAIL_LOSS)
			err = r->loss.cause == TCPTRAIL_LOSS_SNAPSHOT ? 0 :
									note_loss(t, r->time_ns);
		else if ((is_transition(r) || r->kind == TCPTRAIL_SEGMENT) && !is_listener(r) &&
			 selector_match(&t->selector, r))
			err = keep(t, r);
	}
	return err;
}

size_t talks_dropped(const struct talks *t)
{
	return t->dropped;
}

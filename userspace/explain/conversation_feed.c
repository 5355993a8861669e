// SPDX-License-Identifier: GPL-2.0
/* Keeping the records that may be of a talk that is asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/explain/conversation_internal.h"
#include "userspace/base/array.h"

int conversations_create(struct conversations **conversations, const struct selector *selector)
{
	struct conversations *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->selector = *selector;
	index_new_key(t->key);
	if (index_init(&t->by_ends) || index_init(&t->by_cookie)) {
		conversations_free(t);
		return -ENOMEM;
	}
	*conversations = t;
	return 0;
}

void conversations_free(struct conversations *t)
{
	if (!t)
		return;
	free(t->drafts);
	free(t->handed);
	free(t->handed_sides);
	free(t->wanted);
	free(t->records);
	free(t->gaps);
	free(t->draft_of);
	free(t->side_of);
	index_fini(&t->by_ends);
	index_fini(&t->by_cookie);
	free(t);
}

static int keep(struct conversations *t, const struct tcptrail_record *r)
{
	if (t->count == CONVERSATIONS_RECORDS_MAX) {
		memmove(t->records, t->records + t->count / 2,
			(t->count - t->count / 2) * sizeof(*t->records));
		t->dropped += t->count / 2;
		t->count -= t->count / 2;
	}
	return array_push(t->records, t->count, t->room, *r);
}

static bool is_listener(const struct tcptrail_record *r)
{
	return is_transition(r) && (r->transition.new_state == TCPTRAIL_LISTEN ||
				    (r->transition.old_state == TCPTRAIL_LISTEN &&
				     r->transition.new_state == TCPTRAIL_CLOSE));
}

/*
 * Losses come in the order of their marks' times. One that reaches back into those
 * before becomes one with them.
 */
static int keep_loss(struct conversations *t, const struct tcptrail_record *r)
{
	struct gap gap = { .from_ns = r->loss.since_ns, .to_ns = r->time_ns };

	if (!t->gaps)
		t->gaps = calloc(GAPS_MAX, sizeof(*t->gaps));
	if (!t->gaps)
		return -ENOMEM;
	while (t->gaps_count &&
	       (t->gaps[t->gaps_count - 1].to_ns >= gap.from_ns || t->gaps_count == GAPS_MAX)) {
		t->gaps_count--;
		if (t->gaps[t->gaps_count].from_ns < gap.from_ns)
			gap.from_ns = t->gaps[t->gaps_count].from_ns;
		if (t->gaps[t->gaps_count].to_ns > gap.to_ns)
			gap.to_ns = t->gaps[t->gaps_count].to_ns;
	}
	t->gaps[t->gaps_count++] = gap;
	return 0;
}

int conversations_feed(struct conversations *t, const struct tcptrail_record *records, size_t count)
{
	const struct tcptrail_record *r;
	int err = 0;

	for (r = records; r < records + count && !err; r++) {
		if (r->kind == TCPTRAIL_LOSS && r->loss.cause != TCPTRAIL_LOSS_SNAPSHOT)
			err = keep_loss(t, r);
		else if ((is_transition(r) || r->kind == TCPTRAIL_SEGMENT) && !is_listener(r) &&
			 selector_match(&t->selector, r))
			err = keep(t, r);
	}
	return err;
}

size_t conversations_dropped(const struct conversations *t)
{
	return t->dropped;
}

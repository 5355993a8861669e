// SPDX-License-Identifier: GPL-2.0
/* The list of the conversations that were asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/explain/conversation_internal.h"
#include "userspace/conn/ending.h"
#include "userspace/base/order.h"

void conversations_free(struct conversations *t)
{
	if (!t)
		return;
	free(t->records);
	free(t->end_of);
	free(t->states);
	free(t->gaps);
	free(t->others);
	free(t->recent);
	free(t->ends);
	free(t->drafts);
	free(t->list);
	free(t->handed);
	free(t->handed_sides);
	free(t->handed_states);
	free(t->earlier);
	index_fini(&t->by_other);
	index_fini(&t->by_isn);
	index_fini(&t->by_meant);
	index_fini(&t->by_name);
	free(t);
}

ORDER(by_time, struct tcptrail_record,
      2 * COMPARE(x->time_ns, y->time_ns) + (x->cpu == y->cpu) * COMPARE(x->seq, y->seq))

static bool in_order(const struct conversations *t)
{
	size_t i;

	for (i = 1; i < t->count; i++)
		if (t->records[i].time_ns < t->records[i - 1].time_ns)
			return false;
	return true;
}

/* An end without records is what the other one calls it. */
static struct conversation_end end_of(const struct end *end, const struct end *other)
{
	struct conversation_end e = { .here = end->draft, .netns = end->conn.netns };
	bool known = end->draft;

	memcpy(e.address, known ? end->laddr : other->raddr, 16);
	memcpy(e.calls, known ? end->raddr : other->laddr, 16);
	e.port = known ? end->conn.lport : other->conn.rport;
	e.calls_port = known ? end->conn.rport : other->conn.lport;
	e.conn = end->conn.object == CONN_FREE ? NULL : &end->conn;
	e.pid = end->pid;
	memcpy(e.comm, end->comm, sizeof(e.comm));
	return e;
}

/* Was anything lost while it lasted? It lasts as long as its end is not on record. */
static bool has_gap(const struct conversations *t, const struct conversation *c, bool is_over)
{
	uint64_t from_ns = c->records[0]->time_ns;
	uint64_t to_ns = is_over ? c->records[c->count - 1]->time_ns : UINT64_MAX;
	size_t low = 0, high = t->gaps_count, middle;

	while (low < high) { /* the first that ends after it begins */
		middle = low + (high - low) / 2;
		if (t->gaps[middle].to_ns < from_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->gaps_count && t->gaps[low].from_ns <= to_ns;
}

static void judge(const struct conversations *t, struct conversation *c)
{
	const struct conversation_end *end;
	bool begun = false, over = true, closed = true;

	for (end = c->ends; end < c->ends + 2; end++) {
		if (!end->conn)
			continue;
		begun |= !(end->conn->flags & CONN_FOUND);
		over &= end->conn->end != CONN_LIVES;
		closed &= end->conn->end || end->conn->state == TCPTRAIL_TIME_WAIT;
	}
	c->complete = begun && closed;
	c->lossy = t->incomplete || has_gap(t, c, over && (c->ends[0].conn || c->ends[1].conn));
}

/* A record that does not tell its port yet could be of any: one that got none had port 0. */
static bool is_wanted(const struct conversations *t, const struct end *end,
		      const struct tcptrail_record *r)
{
	struct tcptrail_record whole = *r;

	if (t->selector.cookie)
		return r->cookie == t->selector.cookie || end->conn.cookie == t->selector.cookie;
	if (ending_is_unsent(&end->conn))
		whole.flags &= ~TCPTRAIL_F_NO_LPORT;
	return !(whole.flags & RECORD_NAME_PARTS) && selector_match(&t->selector, &whole);
}

/* Another end stands for its side. */
static bool is_earlier(const struct conversations *t, const struct end *end)
{
	return end->conn.object != CONN_FREE && end->draft &&
	       &t->ends[t->drafts[end->draft].ends[end->side]] != end;
}

static int list_earlier(struct conversations *t)
{
	const struct end *end, *stop = t->ends + t->ends_count;
	struct conversation *c = t->list;
	uint32_t count = 0, n;
	struct draft *draft;

	for (end = t->ends; end < stop; end++)
		t->drafts[end->draft].earlier += is_earlier(t, end);
	for (draft = t->drafts; draft < t->drafts + t->drafts_count; draft++)
		count += draft->earlier;
	t->earlier = calloc(count + 1, sizeof(*t->earlier));
	if (!t->earlier)
		return -ENOMEM;
	for (count = 0, draft = t->drafts; draft < t->drafts + t->drafts_count; draft++) {
		n = draft->earlier;
		draft->earlier = count;
		if (draft->wanted) {
			c->earlier = t->earlier + count;
			c++->earlier_count = n;
		}
		count += n;
	}
	for (end = t->ends; end < stop; end++)
		if (is_earlier(t, end))
			t->earlier[t->drafts[end->draft].earlier++] = &end->conn;
	return 0;
}

static int make_list(struct conversations *t, size_t *count)
{
	struct conversation *c;
	const struct end *end;
	struct draft *draft;
	size_t i, records = 0;

	*count = 0;
	for (i = 0; i < t->count; i++) {
		end = &t->ends[t->end_of[i]];
		draft = &t->drafts[end->draft];
		draft->count++;
		draft->wanted = draft->wanted || (end->draft && is_wanted(t, end, &t->records[i]));
	}
	for (draft = t->drafts; draft < t->drafts + t->drafts_count; draft++) {
		draft->next = (uint32_t)records;
		records += draft->wanted ? draft->count : 0;
		*count += draft->wanted;
	}
	t->list = calloc(*count + 1, sizeof(*t->list));
	t->handed = calloc(records + 1, sizeof(const struct tcptrail_record *));
	t->handed_sides = calloc(records + 1, 1);
	t->handed_states = calloc(records + 1, 1);
	if (!t->list || !t->handed || !t->handed_sides || !t->handed_states)
		return -ENOMEM;
	for (c = t->list, draft = t->drafts; draft < t->drafts + t->drafts_count; draft++) {
		if (!draft->wanted)
			continue;
		c->ends[0] = end_of(&t->ends[draft->ends[0]], &t->ends[draft->ends[1]]);
		c->ends[1] = end_of(&t->ends[draft->ends[1]], &t->ends[draft->ends[0]]);
		c->joined = draft->ends[0] && t->ends[draft->ends[0]].peer == draft->ends[1];
		c->records = t->handed + draft->next;
		c->sides = t->handed_sides + draft->next;
		c->states = t->handed_states + draft->next;
		c->count = draft->count;
		c++;
	}
	return list_earlier(t);
}

static void hand_out(struct conversations *t)
{
	const struct end *end;
	struct draft *draft;
	size_t i, n;

	for (i = 0; i < t->count; i++) {
		end = &t->ends[t->end_of[i]];
		draft = &t->drafts[end->draft];
		if (!draft->wanted)
			continue;
		n = draft->next++;
		t->handed[n] = &t->records[i];
		t->handed_sides[n] = end->side;
		t->handed_states[n] = t->states[i];
	}
}

int conversations_sort(struct conversations *t, const struct conversation **list, size_t *count)
{
	size_t i;
	int err;

	if (!in_order(t))
		qsort(t->records, t->count, sizeof(*t->records), by_time);
	t->end_of = calloc(t->count + 1, sizeof(*t->end_of));
	t->states = calloc(t->count + 1, 1);
	if (!t->end_of || !t->states)
		return -ENOMEM;
	err = conversations_find_ends(t);
	if (!err)
		err = conversations_place(t);
	if (!err)
		err = make_list(t, count);
	if (err)
		return err;
	hand_out(t);
	for (i = 0; i < *count; i++)
		judge(t, &t->list[i]);
	*list = t->list;
	return 0;
}

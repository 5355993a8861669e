// SPDX-License-Identifier: GPL-2.0
/* Sorting records into talks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/explain/conversation_internal.h"
#include "userspace/base/array.h"

#define NAME_PARTS \
	(TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_LPORT | TCPTRAIL_F_NO_RPORT)

static int by_time(const void *a, const void *b)
{
	const struct tcptrail_record *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->cpu == y->cpu && x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return 0;
}

static uint32_t cookie_hash(const struct conversations *t, uint64_t cookie)
{
	return index_hash(t->key, cookie, cookie >> 32);
}

static bool in_order(const struct conversations *t)
{
	size_t i;

	for (i = 1; i < t->count; i++)
		if (t->records[i].time_ns < t->records[i - 1].time_ns)
			return false;
	return true;
}

/*
 * A connecting socket has no port yet: the next record with its cookie has.
 * From the newest to the oldest, so that a socket that connects again gets the
 * right one.
 */
static int complete_names(struct conversations *t)
{
	struct tcptrail_record *r, *named;
	struct index later;
	uint32_t hash, at, slot;
	int err = index_init(&later);
	size_t i;

	for (i = t->count; i-- > 0 && !err;) {
		r = &t->records[i];
		if (!r->cookie)
			continue;
		hash = cookie_hash(t, r->cookie);
		at = hash;
		while ((slot = index_find(&later, hash, &at)))
			if (t->records[slot - 1].cookie == r->cookie)
				break;
		if (r->flags & NAME_PARTS) {
			if (!slot)
				continue;
			named = &t->records[slot - 1];
			memcpy(r->laddr, named->laddr, 16);
			memcpy(r->raddr, named->raddr, 16);
			r->lport = named->lport;
			r->rport = named->rport;
			r->flags &= ~NAME_PARTS;
		} else {
			if (slot)
				index_del(&later, hash, slot);
			err = index_add(&later, hash, (uint32_t)i + 1);
		}
	}
	index_fini(&later);
	return err;
}

/* Of the two ends in either order. */
static uint32_t end_hash(const struct conversations *t, const uint8_t address[16], uint16_t port)
{
	return index_hash(t->key, index_hash_16(t->key, address), port);
}

static uint32_t ends_hash(const struct conversations *t, const struct tcptrail_record *r)
{
	return end_hash(t, r->laddr, r->lport) + end_hash(t, r->raddr, r->rport);
}

static bool is_end(const struct conversation_end *end, const uint8_t address[16], uint16_t port)
{
	return end->port == port && !memcmp(end->address, address, 16);
}

/* Whose record it is: 0 or 1, or -1 if of neither. */
static int side_in(const struct conversation *conversation, const struct tcptrail_record *r)
{
	if (is_end(&conversation->ends[0], r->laddr, r->lport) &&
	    is_end(&conversation->ends[1], r->raddr, r->rport))
		return 0;
	if (is_end(&conversation->ends[1], r->laddr, r->lport) &&
	    is_end(&conversation->ends[0], r->raddr, r->rport))
		return 1;
	return -1;
}

/* The first step of a connection, as far as one record can tell. */
static bool is_start(const struct tcptrail_record *r)
{
	if (r->kind == TCPTRAIL_SEGMENT)
		return (r->segment.tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN;
	if (r->kind == TCPTRAIL_REQUEST)
		return r->transition.new_state == TCPTRAIL_NEW_SYN_RECV;
	return r->kind == TCPTRAIL_SOCKET && (r->transition.new_state == TCPTRAIL_SYN_SENT ||
					      r->transition.old_state == TCPTRAIL_LISTEN);
}

/* Has a socket here: not elsewhere, and not only segments that nobody wanted. */
static bool has_socket(const struct conversation_end *end)
{
	return end->here && (end->begun || end->cookie);
}

/* Has it all ended, as far as can be seen? An end that is elsewhere does not count. */
static bool is_over(const struct conversation *conversation)
{
	const struct conversation_end *a = &conversation->ends[0], *b = &conversation->ends[1];

	return (a->over || !has_socket(a) || (a->in_time_wait && b->over)) &&
	       (b->over || !has_socket(b) || (b->in_time_wait && a->over)) && (a->over || b->over);
}

static bool fits(const struct conversation *conversation, int side, const struct tcptrail_record *r)
{
	const struct conversation_end *end = &conversation->ends[side],
				      *other = &conversation->ends[!side];

	if (end->here && end->netns != r->netns)
		return false;
	if (r->cookie && end->cookie && r->cookie != end->cookie)
		/* A request that came to nothing, and the next, of one and the same client. */
		return end->over && has_socket(other) && !other->over && !other->in_time_wait;
	if (is_start(r) && is_over(conversation))
		return false;
	/* A socket that connects once more keeps its cookie. */
	return !(r->kind == TCPTRAIL_SOCKET && r->transition.old_state == TCPTRAIL_CLOSE &&
		 end->begun && end->cookie == r->cookie);
}

/* How many lives of the same two ends are looked through for a record's own. */
#define DEPTH_MAX 64

static struct draft *find_draft(struct conversations *t, const struct tcptrail_record *r,
				uint32_t hash, int *side)
{
	uint32_t at = hash, slot, newest = 0;
	unsigned int depth = 0;
	struct draft *d;

	while ((slot = index_find(&t->by_ends, hash, &at))) {
		*side = side_in(&t->drafts[slot - 1].conversation, r);
		if (*side >= 0) {
			newest = slot;
			break;
		}
	}
	/* Its own life first, even if there is a newer one. */
	for (slot = r->cookie ? newest : 0; slot && depth < DEPTH_MAX; slot = d->older, depth++) {
		d = &t->drafts[slot - 1];
		*side = side_in(&d->conversation, r);
		if (*side >= 0 && d->conversation.ends[*side].cookie == r->cookie &&
		    fits(&d->conversation, *side, r))
			return d;
	}
	for (slot = newest, depth = 0; slot && depth < DEPTH_MAX; slot = d->older, depth++) {
		d = &t->drafts[slot - 1];
		*side = side_in(&d->conversation, r);
		if (*side >= 0 && d->conversation.ends[*side].here &&
		    d->conversation.ends[*side].netns != r->netns)
			continue;
		return *side >= 0 && fits(&d->conversation, *side, r) ? d : NULL;
	}
	return NULL;
}

static struct draft *new_draft(struct conversations *t, const struct tcptrail_record *r,
			       uint32_t hash)
{
	struct draft *d = array_add(t->drafts, t->drafts_count, t->drafts_room);
	uint32_t at = hash, slot;

	if (!d)
		return NULL;
	memset(d, 0, sizeof(*d));
	memcpy(d->conversation.ends[0].address, r->laddr, 16);
	memcpy(d->conversation.ends[1].address, r->raddr, 16);
	d->conversation.ends[0].port = r->lport;
	d->conversation.ends[1].port = r->rport;
	while ((slot = index_find(&t->by_ends, hash, &at)))
		if (side_in(&t->drafts[slot - 1].conversation, r) >= 0)
			break;
	if (slot) {
		d->older = slot;
		index_del(&t->by_ends, hash, slot);
	}
	if (index_add(&t->by_ends, hash, (uint32_t)t->drafts_count)) {
		t->drafts_count--;
		return NULL;
	}
	return d;
}

static void follow_transition(struct conversation_end *end, const struct tcptrail_record *r)
{
	uint8_t state = r->transition.new_state;

	if (is_start(r)) {
		end->begun = true;
		end->over = false;
		end->in_time_wait = false;
		end->minisocket = false;
	}
	if (r->kind == TCPTRAIL_TIMEWAIT) {
		end->minisocket = true;
		end->in_time_wait = state == TCPTRAIL_TIME_WAIT || state == TCPTRAIL_CLOSE;
		end->over = state == TCPTRAIL_CLOSE;
	} else if (r->kind == TCPTRAIL_SOCKET && state == TCPTRAIL_CLOSE && !end->minisocket) {
		end->over = true;
	} else if (r->kind == TCPTRAIL_REQUEST && state == TCPTRAIL_CLOSE &&
		   r->transition.reason != TCPTRAIL_REASON_ESTABLISHED) {
		end->over = true;
	}
}

/* The SYN that a new request came from was taken for one of the talk before. */
static void take_syn_along(struct conversations *t, struct draft *d, size_t at)
{
	const struct tcptrail_record *r = &t->records[at], *syn;
	size_t i, back = at > 16 ? at - 16 : 0;

	if (r->kind != TCPTRAIL_REQUEST || r->transition.new_state != TCPTRAIL_NEW_SYN_RECV)
		return;
	for (i = at; i-- > back;) {
		syn = &t->records[i];
		if (syn->kind != TCPTRAIL_SEGMENT || syn->netns != r->netns ||
		    side_in(&d->conversation, syn) != 0 || syn->segment.direction != TCPTRAIL_IN)
			continue;
		if (is_start(syn) && t->draft_of[i] && t->draft_of[i] == d->older) {
			t->draft_of[i] = (uint32_t)(d - t->drafts) + 1;
			t->side_of[i] = 0;
		}
		return;
	}
}

static int assign(struct conversations *t, size_t at)
{
	const struct tcptrail_record *r = &t->records[at];
	uint32_t hash = ends_hash(t, r);
	struct conversation_end *end;
	struct draft *d;
	int side = 0;

	if (r->flags & NAME_PARTS)
		return 0;
	d = find_draft(t, r, hash, &side);
	if (!d) {
		side = 0;
		d = new_draft(t, r, hash);
		if (!d)
			return -ENOMEM;
		take_syn_along(t, d, at);
	}
	end = &d->conversation.ends[side];
	end->here = true;
	end->netns = r->netns;
	if (r->cookie)
		end->cookie = r->cookie;
	if (t->selector.cookie && r->cookie == t->selector.cookie)
		d->conversation.wanted = true;
	if (is_transition(r))
		follow_transition(end, r);
	t->draft_of[at] = (uint32_t)(d - t->drafts) + 1;
	t->side_of[at] = (uint8_t)side;
	return 0;
}

static int hand_out(struct conversations *t)
{
	size_t i, at = 0;
	struct draft *d;

	t->handed = calloc(t->count + 1, sizeof(*t->handed));
	t->handed_sides = calloc(t->count + 1, 1);
	if (!t->handed || !t->handed_sides)
		return -ENOMEM;
	for (i = 0; i < t->count; i++)
		if (t->draft_of[i])
			t->drafts[t->draft_of[i] - 1].conversation.count++;
	for (i = 0; i < t->drafts_count; i++) {
		d = &t->drafts[i];
		d->conversation.records = t->handed + at;
		d->conversation.sides = t->handed_sides + at;
		at += d->conversation.count;
	}
	for (i = 0; i < t->count; i++) {
		if (!t->draft_of[i])
			continue;
		d = &t->drafts[t->draft_of[i] - 1];
		d->conversation.records[d->filled] = &t->records[i];
		d->conversation.sides[d->filled++] = t->side_of[i];
	}
	return 0;
}

/* Was anything lost while it lasted? It lasts as long as its end is not on record. */
static bool has_gap(const struct conversations *t, const struct conversation *conversation)
{
	uint64_t from_ns = conversation->records[0]->time_ns;
	uint64_t to_ns = is_over(conversation) ?
				 conversation->records[conversation->count - 1]->time_ns :
				 UINT64_MAX;
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

static void judge(const struct conversations *t, struct conversation *conversation)
{
	const struct conversation_end *end;
	bool begun = false, rest = true;
	size_t i;

	for (i = 0; i < conversation->count && !begun; i++)
		begun = is_start(conversation->records[i]);
	for (end = conversation->ends; end < conversation->ends + 2; end++)
		if (has_socket(end) && !end->in_time_wait && !end->over)
			rest = false;
	conversation->complete = begun && rest &&
				 (conversation->ends[0].begun || conversation->ends[1].begun);
	conversation->lossy = conversation->count && has_gap(t, conversation);
	if (!t->selector.cookie)
		conversation->wanted = true;
}

int conversations_sort(struct conversations *t, const struct conversation **list, size_t *count)
{
	size_t i;
	int err;

	if (!in_order(t))
		qsort(t->records, t->count, sizeof(*t->records), by_time);
	t->draft_of = calloc(t->count + 1, sizeof(*t->draft_of));
	t->side_of = calloc(t->count + 1, 1);
	if (!t->draft_of || !t->side_of)
		return -ENOMEM;
	err = complete_names(t);
	for (i = 0; i < t->count && !err; i++)
		if (selector_match(&t->selector, &t->records[i]))
			err = assign(t, i);
	if (!err)
		err = hand_out(t);
	t->wanted = calloc(t->drafts_count + 1, sizeof(*t->wanted));
	if (err || !t->wanted)
		return -ENOMEM;
	*count = 0;
	for (i = 0; i < t->drafts_count; i++) {
		judge(t, &t->drafts[i].conversation);
		if (t->drafts[i].conversation.count && t->drafts[i].conversation.wanted)
			t->wanted[(*count)++] = t->drafts[i].conversation;
	}
	*list = t->wanted;
	return 0;
}

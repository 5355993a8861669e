// SPDX-License-Identifier: GPL-2.0
/*
 * Which records are kept: those that the selector means, and those of the same connection
 * that call it by another name.
 *
 * With NAT on this machine the two ends have different names for the same addresses, and
 * a client's own segments leave under another name than its socket has. The number of the
 * client's SYN tells which belong together: the SYN has it at both ends, and the SYN-ACK
 * acknowledges it. So the last handshakes that the selector does not mean are remembered:
 * when one of them turns out to have the number of one that it does mean, it is kept, too,
 * and what its ends do from then on, by cookie or name. (Which ends are one connection the
 * tracker decides by more than that.)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/explain/conversation_internal.h"

#define RECENT 2048 /* what a busy machine records between SYN and SYN-ACK */

/* A handshake that the selector means: the client's number, and its socket if it is here. */
struct meant {
	uint32_t isn;
	uint64_t cookie;
};

/**
 * struct recent - the last handshakes
 * @ring: records that the selector does not mean; kind 0 once they are kept
 * @count: how many there were; record n is in slot n % RECENT
 * @meant: those that the selector means, in slots likewise
 * @meant_count: how many there were
 */
struct recent {
	struct tcptrail_record ring[RECENT];
	uint64_t count;
	struct meant meant[RECENT];
	uint64_t meant_count;
};

/* A name, or a cookie, of an end that the selector does not mean and that is kept. */
struct other {
	uint64_t cookie;
	uint8_t laddr[16];
	uint8_t raddr[16];
	uint32_t netns;
	uint16_t lport;
	uint16_t rport;
};

#define GAPS_MAX 4096 /* from then on the last one grows */

int conversations_create(struct conversations **conversations, const struct selector *selector)
{
	struct conversations *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->selector = *selector;
	index_new_key(t->key);
	t->recent = calloc(1, sizeof(*t->recent));
	if (!t->recent || index_init(&t->by_name) || index_init(&t->by_other) ||
	    index_init(&t->by_isn) || index_init(&t->by_meant)) {
		conversations_free(t);
		return -ENOMEM;
	}
	*conversations = t;
	return 0;
}

void conversations_incomplete(struct conversations *t)
{
	t->incomplete = true;
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

static bool has_name(const struct other *other, const struct tcptrail_record *r)
{
	return other->netns == r->netns && other->lport == r->lport && other->rport == r->rport &&
	       !memcmp(other->laddr, r->laddr, 16) && !memcmp(other->raddr, r->raddr, 16);
}

static uint32_t cookie_hash(const struct conversations *t, uint64_t cookie)
{
	return index_hash(t->key, cookie, cookie >> 32);
}

/* By its cookie, or by its name if it has none. */
static bool is_other(const struct conversations *t, const struct tcptrail_record *r)
{
	uint32_t hash = r->cookie ? cookie_hash(t, r->cookie) : record_hash(t, r), at = 0, slot;

	while (t->others_count && (slot = index_find(&t->by_other, hash, &at)))
		if (r->cookie ? t->others[slot - 1].cookie == r->cookie :
				has_name(&t->others[slot - 1], r))
			return true;
	return false;
}

/* The number of the client's SYN, of a SYN or its answer. */
static uint32_t isn_of(const struct tcptrail_record *r)
{
	return is_syn(r) ? r->segment.seq : r->segment.ack - 1;
}

static bool has_syn(const struct tcptrail_record *r)
{
	return is_syn(r) || is_synack(r);
}

static int add_other(struct conversations *t, const struct tcptrail_record *r, uint64_t cookie)
{
	struct other other = { .cookie = r->cookie ? r->cookie : cookie,
			       .netns = r->netns,
			       .lport = r->lport,
			       .rport = r->rport };
	uint32_t number;
	int err;

	memcpy(other.laddr, r->laddr, 16);
	memcpy(other.raddr, r->raddr, 16);
	err = array_push(t->others, t->others_count, t->others_room, other);
	number = (uint32_t)t->others_count;
	if (!err)
		err = index_add(&t->by_other, record_hash(t, r), number);
	if (!err && other.cookie)
		err = index_add(&t->by_other, cookie_hash(t, other.cookie), number);
	return err;
}

static uint32_t isn_hash(const struct conversations *t, uint32_t isn)
{
	return index_hash(t->key, isn, 0);
}

/* It leaves the ring, or the index by its number at least. */
static void forget(struct conversations *t, struct tcptrail_record *r)
{
	if (r->kind && has_syn(r))
		index_del(&t->by_isn, isn_hash(t, isn_of(r)), (uint32_t)(r - t->recent->ring) + 1);
	r->kind = 0;
}

static bool is_recent(const struct conversations *t, uint32_t isn)
{
	uint32_t hash = isn_hash(t, isn), at = 0, slot;

	while ((slot = index_find(&t->by_isn, hash, &at)))
		if (isn_of(&t->recent->ring[slot - 1]) == isn)
			return true;
	return false;
}

static struct meant *find_meant(const struct conversations *t, uint32_t isn)
{
	uint32_t hash = isn_hash(t, isn), at = 0, slot;

	while ((slot = index_find(&t->by_meant, hash, &at)))
		if (t->recent->meant[slot - 1].isn == isn)
			return &t->recent->meant[slot - 1];
	return NULL;
}

/* The newest one takes the place of the oldest. */
static struct meant *add_meant(struct conversations *t, uint32_t isn)
{
	uint32_t at = t->recent->meant_count % RECENT;
	struct meant *meant = &t->recent->meant[at];

	if (t->recent->meant_count >= RECENT)
		index_del(&t->by_meant, isn_hash(t, meant->isn), at + 1);
	if (index_add(&t->by_meant, isn_hash(t, isn), at + 1))
		return NULL;
	t->recent->meant_count++;
	*meant = (struct meant){ .isn = isn };
	return meant;
}

/* From the newest to the oldest, so that a SYN tells whose socket it was that began to connect. */
static int keep_recent(struct conversations *t, uint32_t isn, uint64_t cookie)
{
	uint64_t i = t->recent->count, end = i > RECENT ? i - RECENT : 0;
	struct tcptrail_record *r;
	int err = 0;

	while (i-- > end && !err) {
		r = &t->recent->ring[i % RECENT];
		if (!r->kind)
			continue;
		if (has_syn(r) && isn_of(r) == isn) {
			cookie = r->cookie && is_syn(r) ? r->cookie : cookie;
			if (!is_other(t, r))
				err = add_other(t, r, is_syn(r) ? 0 : cookie);
		} else if (!is_other(t, r) && (!cookie || r->cookie != cookie)) {
			continue;
		}
		err = err ? err : keep(t, r);
		forget(t, r);
	}
	return err;
}

/* A handshake that the selector means: is there more of it? */
static int find_others(struct conversations *t, const struct tcptrail_record *r)
{
	uint32_t isn = isn_of(r);
	struct meant *meant = find_meant(t, isn);

	if (!meant)
		meant = add_meant(t, isn);
	if (!meant)
		return -ENOMEM;
	if (is_syn(r) && r->cookie)
		meant->cookie = r->cookie;
	return is_recent(t, isn) ? keep_recent(t, isn, meant->cookie) : 0;
}

static bool is_handshake(const struct tcptrail_record *r)
{
	if (r->kind == TCPTRAIL_SEGMENT)
		return has_syn(r);
	return r->transition.new_state == TCPTRAIL_SYN_SENT ||
	       (r->kind == TCPTRAIL_REQUEST && r->transition.new_state == TCPTRAIL_NEW_SYN_RECV) ||
	       (r->kind == TCPTRAIL_SOCKET && r->transition.old_state == TCPTRAIL_LISTEN);
}

/* One that the selector does not mean: is it of one that it does? */
static int remember(struct conversations *t, const struct tcptrail_record *r)
{
	uint32_t at = t->recent->count % RECENT;
	const struct meant *meant;

	forget(t, &t->recent->ring[at]);
	if (has_syn(r) && index_add(&t->by_isn, isn_hash(t, isn_of(r)), at + 1))
		return -ENOMEM;
	t->recent->ring[at] = *r;
	t->recent->count++;
	meant = has_syn(r) ? find_meant(t, isn_of(r)) : NULL;
	return meant ? keep_recent(t, meant->isn, meant->cookie) : 0;
}

static bool is_listener(const struct tcptrail_record *r)
{
	return record_is_transition(r) && (r->transition.new_state == TCPTRAIL_LISTEN ||
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

static int feed_one(struct conversations *t, const struct tcptrail_record *r)
{
	int err = 0;

	if (r->kind == TCPTRAIL_LOSS)
		return r->loss.cause == TCPTRAIL_LOSS_SNAPSHOT ? 0 : keep_loss(t, r);
	if ((!record_is_transition(r) && r->kind != TCPTRAIL_SEGMENT) || is_listener(r))
		return 0;
	if (!selector_match(&t->selector, r) && !is_other(t, r))
		return is_handshake(r) ? remember(t, r) : 0;
	if (has_syn(r))
		err = find_others(t, r);
	return err ? err : keep(t, r);
}

int conversations_feed(struct conversations *t, const struct tcptrail_record *records, size_t count)
{
	const struct tcptrail_record *r;
	int err = 0;

	for (r = records; r < records + count && !err; r++)
		err = feed_one(t, r);
	return err;
}

size_t conversations_dropped(const struct conversations *t)
{
	return t->dropped;
}

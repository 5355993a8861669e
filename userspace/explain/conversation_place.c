// SPDX-License-Identifier: GPL-2.0
/*
 * Which ends are one conversation, and whose the segments are that belong to no connection.
 *
 * The tracker says which ends are one connection. An end that was joined with another one
 * before that found its own was an attempt at that one's connection: the answer to a stale
 * SYN. Segments without a connection go by the addresses and ports of both ends. Where they
 * make an end of their own (the SYN that came; the SYN-ACK of a SYN cookie, or of a Fast
 * Open child that had no name yet), the connection that begins there next takes its place.
 */
#include <errno.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/explain/conversation_internal.h"

#define DEPTH_MAX 64 /* ends of the same name that are looked through for one */
#define SYN_BEFORE 64 /* records between a SYN and the request that it makes */

/* What an end, or a record, calls itself and the other end. */
struct name {
	const uint8_t *laddr;
	const uint8_t *raddr;
	uint16_t lport;
	uint16_t rport;
};

static struct name name_of(const struct end *end)
{
	return (struct name){ end->laddr, end->raddr, end->conn.lport, end->conn.rport };
}

static struct name name_of_record(const struct tcptrail_record *r)
{
	return (struct name){ r->laddr, r->raddr, r->lport, r->rport };
}

static bool same_name(struct name a, struct name b)
{
	return a.lport == b.lport && a.rport == b.rport && !memcmp(a.laddr, b.laddr, 16) &&
	       !memcmp(a.raddr, b.raddr, 16);
}

/* Do the two call each other so? */
static bool face(struct name a, struct name b)
{
	return same_name(a, (struct name){ b.raddr, b.laddr, b.rport, b.lport });
}

static uint32_t hash_of(const struct conversations *t, struct name n)
{
	return name_hash(t, n.laddr, n.lport, n.raddr, n.rport);
}

static uint32_t number_of(const struct conversations *t, const struct end *end)
{
	return (uint32_t)(end - t->ends);
}

static bool has_conn(const struct end *end)
{
	return end->conn.object != CONN_FREE;
}

static bool is_joined(const struct conversations *t, const struct end *end)
{
	return end->peer && t->ends[end->peer].peer == number_of(t, end);
}

/* @end gets its place, and can be found by its name. */
static int settle(struct conversations *t, struct end *end, uint32_t draft, uint8_t side)
{
	uint32_t hash = hash_of(t, name_of(end)), at = 0, *here;

	if (!draft) {
		if (array_push(t->drafts, t->drafts_count, t->drafts_room, (struct draft){ 0 }))
			return -ENOMEM;
		draft = (uint32_t)t->drafts_count - 1;
	}
	end->draft = draft;
	end->side = side;
	here = &t->drafts[draft].ends[side];
	/* Of several the one that is joined with the other side stands for this side. */
	if (!*here || !has_conn(&t->ends[*here]) || is_joined(t, end))
		*here = number_of(t, end);
	end->older = index_find(&t->by_name, hash, &at);
	if (end->older)
		index_del(&t->by_name, hash, end->older);
	return index_add(&t->by_name, hash, number_of(t, end));
}

/* The newest end of a name, or the one before @end. */
static struct end *next_end(const struct conversations *t, const struct end *end, uint32_t hash)
{
	uint32_t at = 0, slot = end ? end->older : index_find(&t->by_name, hash, &at);

	return slot ? &t->ends[slot] : NULL;
}

/* A SYN that came to a TIME-WAIT, and was taken for one of that, made the next request. */
static void take_syn_along(struct conversations *t, const struct end *end)
{
	uint32_t i = end->first, number = number_of(t, end), left;
	const struct tcptrail_record *r;

	for (left = SYN_BEFORE; i-- > 0 && left-- > 0;) {
		r = &t->records[i];
		if (!is_syn(r) || r->segment.direction != TCPTRAIL_IN ||
		    r->netns != end->conn.netns || !same_name(name_of(end), name_of_record(r)))
			continue;
		if (t->end_of[i] != number && has_conn(&t->ends[t->end_of[i]])) {
			t->end_of[i] = number;
			t->states[i] = 0;
		}
		return;
	}
}

/*
 * May a connection take the place of these segments? Not beside one that the tracker did not
 * join with it; but one that was over when the tracker could have may have sent their SYN.
 */
static bool may_take_place(const struct conversations *t, const struct end *segments)
{
	const struct end *other = &t->ends[t->drafts[segments->draft].ends[!segments->side]];

	return !has_conn(other) || (other->conn.end && segments->has_isn && other->has_isn &&
				    segments->isn == other->isn);
}

/* Its peer's conversation, or that of the segments that it was made of, which go with it. */
static int settle_conn(struct conversations *t, struct end *end)
{
	struct name name = name_of(end);
	uint32_t hash = hash_of(t, name);
	const struct end *peer = &t->ends[end->peer];
	struct end *before = next_end(t, NULL, hash);
	unsigned int depth = 0;
	int err;

	while (before && depth++ < DEPTH_MAX &&
	       (before->conn.netns != end->conn.netns || !same_name(name, name_of(before))))
		before = next_end(t, before, hash);
	if (before && (depth > DEPTH_MAX || has_conn(before) || before->has_rst))
		before = NULL;
	if (end->peer && peer->draft)
		err = settle(t, end, peer->draft, !peer->side);
	else if (before && may_take_place(t, before))
		err = settle(t, end, before->draft, before->side);
	else
		err = settle(t, end, 0, 0);
	if (before) {
		if (before->draft != end->draft)
			t->drafts[before->draft].ends[before->side] = 0;
		before->draft = end->draft;
		before->side = end->side;
	}
	if (!err && end->conn.role == CONN_PASSIVE)
		take_syn_along(t, end);
	return err;
}

static bool is_over(const struct end *end, uint64_t time_ns)
{
	return !has_conn(end) || ((end->conn.end || end->conn.state == TCPTRAIL_TIME_WAIT) &&
				  end->conn.since_ns <= time_ns);
}

/* Is a SYN the first step of another connection than this one was? */
static bool begins_another(const struct conversations *t, const struct draft *draft,
			   const struct tcptrail_record *r)
{
	const struct end *a = &t->ends[draft->ends[0]], *b = &t->ends[draft->ends[1]];

	if (!is_syn(r) || !is_over(a, r->time_ns) || !is_over(b, r->time_ns))
		return false;
	if ((a->has_isn && a->isn == r->segment.seq) || (b->has_isn && b->isn == r->segment.seq))
		return false;
	return has_conn(a) || has_conn(b) || a->has_rst || b->has_rst;
}

/* A segment of no connection makes an end of its own where there is none. */
static int settle_unmatched(struct conversations *t, const struct tcptrail_record *r,
			    uint32_t draft, uint8_t side, uint32_t *number)
{
	struct end *end = array_add(t->ends, t->ends_count, t->ends_room);

	if (!end)
		return -ENOMEM;
	*end = (struct end){ .conn = { .netns = r->netns, .lport = r->lport, .rport = r->rport } };
	memcpy(end->laddr, r->laddr, 16);
	memcpy(end->raddr, r->raddr, 16);
	*number = number_of(t, end);
	return settle(t, end, draft, side);
}

/* The other side of @end: is it in this namespace, as far as is known? */
static bool may_face(const struct conversations *t, const struct end *end, uint32_t netns)
{
	uint32_t there = t->drafts[end->draft].ends[!end->side];

	if (is_joined(t, end))
		there = end->peer;
	return !there || t->ends[there].conn.netns == netns;
}

/* A RST that left in a namespace of neither end: a firewall on the way, on this machine. */
static bool is_foreign_rst(const struct tcptrail_record *r)
{
	return r->segment.direction == TCPTRAIL_OUT && r->segment.tcp_flags & TCPTRAIL_RST &&
	       !r->cookie;
}

/* The newest end of this name, or the other side of the newest one that faces it. */
static int place_unmatched(struct conversations *t, const struct tcptrail_record *r,
			   uint32_t *number)
{
	uint32_t hash = record_hash(t, r);
	struct name name = name_of_record(r);
	struct end *end = next_end(t, NULL, hash), *newest = end;
	unsigned int depth = 0;
	bool mine = false;

	for (; end && depth < DEPTH_MAX; end = next_end(t, end, hash), depth++) {
		mine = same_name(name, name_of(end)) && end->conn.netns == r->netns;
		if (mine || (face(name, name_of(end)) && may_face(t, end, r->netns)))
			break;
	}
	if ((!end || depth == DEPTH_MAX) && newest && is_foreign_rst(r)) {
		end = newest;
		mine = same_name(name, name_of(end));
	} else if (depth == DEPTH_MAX || (end && begins_another(t, &t->drafts[end->draft], r))) {
		end = NULL;
	}
	if (!end)
		return settle_unmatched(t, r, 0, 0, number);
	*number = mine ? number_of(t, end) : t->drafts[end->draft].ends[!end->side];
	return *number ? 0 : settle_unmatched(t, r, end->draft, !end->side, number);
}

static void note_numbers(struct end *end, const struct tcptrail_record *r)
{
	if (r->kind != TCPTRAIL_SEGMENT)
		return;
	end->has_rst |= r->segment.tcp_flags & TCPTRAIL_RST;
	end->has_isn |= is_syn(r);
	if (is_syn(r))
		end->isn = r->segment.seq;
}

static int place(struct conversations *t, size_t i)
{
	const struct tcptrail_record *r = &t->records[i];
	int err = 0;

	if (t->end_of[i] && !t->ends[t->end_of[i]].draft)
		err = settle_conn(t, &t->ends[t->end_of[i]]);
	else if (!t->end_of[i] && r->kind == TCPTRAIL_SEGMENT && !(r->flags & RECORD_NAME_PARTS))
		err = place_unmatched(t, r, &t->end_of[i]);
	if (!err)
		note_numbers(&t->ends[t->end_of[i]], r);
	return err;
}

int conversations_place(struct conversations *t)
{
	int err = array_push(t->drafts, t->drafts_count, t->drafts_room, (struct draft){ 0 });
	size_t i;

	for (i = 0; i < t->count && !err; i++)
		err = place(t, i);
	return err;
}

// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/model/stuck.h"
#include "userspace/model/verdict.h"

struct finding {
	struct stuck *list;
	size_t count;
	size_t room;
};

static int add(struct finding *f, const struct stuck *stuck)
{
	size_t room = f->room ? f->room * 2 : 64;
	void *bigger;

	if (f->count == f->room) {
		bigger = reallocarray(f->list, room, sizeof(*f->list));
		if (!bigger)
			return -ENOMEM;
		f->list = bigger;
		f->room = room;
	}
	f->list[f->count++] = *stuck;
	return 0;
}

static bool asked_for(const struct stuck_query *q, const struct conn *c)
{
	uint8_t state = c->state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV : c->state;

	if (c->end || c->state == TCPTRAIL_NO_STATE || c->state > TCPTRAIL_NEW_SYN_RECV)
		return false;
	if (q->states && !(q->states & (1U << state | 1U << c->state)))
		return false;
	return !q->alive || q->alive(q->arg, c);
}

static bool too_long(const struct stuck_query *q, const struct conn *c, uint64_t age_ns)
{
	uint64_t patience_ns = q->older_ns ? q->older_ns : verdict_patience_ns(c->state);

	/* What is normal for ever was asked for by name, or not at all. */
	if (verdict_patience_ns(c->state) == UINT64_MAX && !q->states)
		return false;
	if (patience_ns == UINT64_MAX)
		patience_ns = 0;
	return age_ns >= patience_ns;
}

/* TIME-WAITs cost ports on the side that chose one: count them by the other end. */
struct pile_key {
	uint8_t address[16];
	uint32_t netns;
	uint16_t port;
	uint16_t passive;
};

struct pile {
	struct pile_key key;
	const struct conn *conn;
};

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pile_key));
}

static void pile_key_of(const struct model *m, const struct conn *c, struct pile_key *key)
{
	memset(key, 0, sizeof(*key));
	key->netns = c->netns;
	key->passive = c->role == CONN_PASSIVE ||
		       (c->role == CONN_ROLE_UNKNOWN && model_listener(m, c));
	if (key->passive) {
		key->port = c->lport;
	} else {
		key->port = c->rport;
		model_raddr(m, c, key->address);
	}
}

static int count_piles(const struct stuck_query *q, struct finding *f, struct pile *piles,
		       size_t count)
{
	size_t first, next;
	struct stuck stuck;
	int err = 0;

	qsort(piles, count, sizeof(*piles), by_key);
	for (first = 0; first < count && !err; first = next) {
		for (next = first + 1; next < count && !by_key(&piles[first], &piles[next]); next++)
			;
		if (next - first < VERDICT_PILE)
			continue;
		stuck = (struct stuck){ .conn = piles[first].conn, .pile = next - first };
		stuck.age_ns = q->now_ns > stuck.conn->since_ns ? q->now_ns - stuck.conn->since_ns :
								  0;
		err = add(f, &stuck);
	}
	return err;
}

static int find_piles(const struct model *m, const struct stuck_query *q, struct finding *f)
{
	const struct conn *c;
	struct pile *piles;
	size_t count = 0;
	int err;

	for (c = model_next(m, NULL); c; c = model_next(m, c))
		count += c->state == TCPTRAIL_TIME_WAIT && asked_for(q, c);
	if (count < VERDICT_PILE)
		return 0;
	piles = calloc(count, sizeof(*piles));
	if (!piles)
		return -ENOMEM;
	count = 0;
	for (c = model_next(m, NULL); c; c = model_next(m, c)) {
		if (c->state != TCPTRAIL_TIME_WAIT || !asked_for(q, c))
			continue;
		piles[count].conn = c;
		pile_key_of(m, c, &piles[count++].key);
	}
	err = count_piles(q, f, piles, count);
	free(piles);
	return err;
}

/* Piles first, the biggest before the others; then whatever is oldest. */
static int worst_first(const void *a, const void *b)
{
	const struct stuck *x = a, *y = b;

	if (x->pile != y->pile)
		return x->pile > y->pile ? -1 : 1;
	if (x->age_ns != y->age_ns)
		return x->age_ns > y->age_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

int stuck_find(const struct model *m, const struct stuck_query *q, struct stuck **list,
	       size_t *count)
{
	struct finding f = { 0 };
	const struct conn *c;
	struct stuck stuck;
	int err = 0;

	for (c = model_next(m, NULL); c && !err; c = model_next(m, c)) {
		if (!asked_for(q, c))
			continue;
		stuck = (struct stuck){ .conn = c };
		stuck.age_ns = q->now_ns > c->since_ns ? q->now_ns - c->since_ns : 0;
		if (too_long(q, c, stuck.age_ns))
			err = add(&f, &stuck);
	}
	if (!err)
		err = find_piles(m, q, &f);
	if (err) {
		free(f.list);
		return err;
	}
	if (f.count)
		qsort(f.list, f.count, sizeof(*f.list), worst_first);
	*list = f.list;
	*count = f.count;
	return 0;
}

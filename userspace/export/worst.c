// SPDX-License-Identifier: GPL-2.0
#include "userspace/export/worst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/model/stuck.h"
#include "userspace/model/verdict.h"
#include "userspace/out/stuck_out.h"

/**
 * struct candidate - one that is stuck, as it was in the walk
 * @conn: the connection
 * @cookie: its cookie
 * @since_ns: since when it has been in its state
 * @stuck_ns: since when it has been stuck
 * @state: which state
 */
struct candidate {
	const struct conn *conn;
	uint64_t cookie;
	uint64_t since_ns;
	uint64_t stuck_ns;
	uint8_t state;
};

/**
 * struct list - of one walk
 * @walk: its number
 * @candidates: the oldest first, once it is whole; twice as many, so that they need
 *	not be sorted for each that comes
 * @count: how many
 * @piles: the biggest first
 * @pile_count: how many
 */
struct list {
	uint64_t walk;
	struct candidate candidates[2 * WORST_MAX];
	size_t count;
	struct churn *piles;
	size_t pile_count;
};

/**
 * struct worst - the walk under way, and the last
 * @query: for piles
 * @lists: one for each
 * @growing: which of them
 * @walks: how many have begun
 * @youngest_ns: who has been stuck only since then is not among the worst
 * @tally: of piles, if there are any
 */
struct worst {
	const struct model *model;
	struct churn_query query;
	struct list lists[2];
	struct list *growing;
	uint64_t walks;
	uint64_t youngest_ns;
	struct churn_tally *tally;
};

int worst_create(struct worst **worst, const struct model *model,
		 struct churn_ports (*ports)(void *arg, uint32_t netns), void *arg)
{
	struct worst *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->model = model;
	w->query = (struct churn_query){ .at_least = VERDICT_PILE, .ports = ports, .arg = arg };
	w->growing = &w->lists[0];
	*worst = w;
	return 0;
}

static void empty(struct list *list)
{
	free(list->piles);
	list->piles = NULL;
	list->count = 0;
	list->pile_count = 0;
}

void worst_free(struct worst *w)
{
	if (!w)
		return;
	empty(&w->lists[0]);
	empty(&w->lists[1]);
	churn_tally_free(w->tally);
	free(w);
}

void worst_begin(struct worst *w, uint64_t now_ns)
{
	empty(w->growing);
	w->growing->walk = ++w->walks;
	w->query.now_ns = now_ns;
	w->youngest_ns = UINT64_MAX;
}

static int oldest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->stuck_ns != y->stuck_ns)
		return x->stuck_ns < y->stuck_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

static void sort(struct worst *w)
{
	struct list *list = w->growing;

	qsort(list->candidates, list->count, sizeof(*list->candidates), oldest_first);
	if (list->count < WORST_MAX)
		return;
	list->count = WORST_MAX;
	w->youngest_ns = list->candidates[WORST_MAX - 1].stuck_ns;
}

void worst_count(struct worst *w, const struct conn *c, uint64_t stuck_ns)
{
	struct list *list = w->growing;

	if (stuck_ns >= w->youngest_ns)
		return;
	list->candidates[list->count++] = (struct candidate){
		.conn = c,
		.cookie = c->cookie,
		.since_ns = c->since_ns,
		.stuck_ns = stuck_ns,
		.state = c->state,
	};
	if (list->count == 2 * WORST_MAX)
		sort(w);
}

void worst_pile(struct worst *w, const struct conn *c)
{
	if (!w->tally && churn_tally_create(&w->tally, w->model, &w->query))
		return;
	churn_tally_add(w->tally, c);
}

/* What there is no memory for is not told. */
void worst_end(struct worst *w)
{
	struct list *list = w->growing;

	sort(w);
	if (w->tally)
		churn_tally_list(w->tally, &list->piles, &list->pile_count);
	churn_tally_free(w->tally);
	w->tally = NULL;
	w->growing = list == w->lists ? &w->lists[1] : &w->lists[0];
}

/* Has the pile's newest TIME-WAIT not given its place to another connection meanwhile? */
static bool take_pile(const struct worst *w, const struct churn *pile, uint64_t now_ns,
		      struct stuck *stuck)
{
	const struct conn *c = pile->conn;
	uint8_t raddr[16];

	/* Ports that only other states take have their own verdicts. */
	if (!pile->timewaits || c->half == CONN_FREE || c->end || c->state != TCPTRAIL_TIME_WAIT ||
	    c->netns != pile->netns || (pile->passive ? c->lport : c->rport) != pile->port)
		return false;
	model_raddr(w->model, c, raddr);
	if (!pile->passive && memcmp(raddr, pile->raddr, sizeof(raddr)) != 0)
		return false;
	*stuck = (struct stuck){
		.conn = c,
		.age_ns = now_ns > c->since_ns ? now_ns - c->since_ns : 0,
		.pile = pile->timewaits,
		.churn = *pile,
	};
	return true;
}

static bool take_one(const struct candidate *one, const struct worst_facts *facts,
		     struct stuck *stuck)
{
	const struct conn *c = one->conn;
	const struct requests *requests;

	if (c->half == CONN_FREE || c->end || c->cookie != one->cookie ||
	    c->since_ns != one->since_ns || c->state != one->state)
		return false;
	*stuck = (struct stuck){
		.conn = c,
		.age_ns = facts->now_ns > one->stuck_ns ? facts->now_ns - one->stuck_ns : 0,
		.at_least = c->flags & CONN_AT_LEAST || c->state == TCPTRAIL_LISTEN,
	};
	if (facts->snapshot && c->cookie)
		stuck->live = snapshot_live(facts->snapshot, c->cookie);
	requests = requests_at(facts->requests->list, facts->requests->ports, c);
	if (requests) {
		stuck->requests = requests->count;
		stuck->requesters = requests->peers;
	}
	return true;
}

bool worst_tell(const struct worst *w, const struct worst_facts *facts, struct worst_cursor *cursor,
		struct buf *out)
{
	const struct list *list = w->growing == w->lists ? &w->lists[1] : &w->lists[0];
	const struct stuck_out o = { .model = w->model, .snapshot = facts->snapshot };
	size_t end, count = list->pile_count + list->count;
	struct stuck stuck;
	bool there;

	if (count > WORST_MAX)
		count = WORST_MAX;
	if (cursor->walk != list->walk) {
		*cursor = (struct worst_cursor){ .walk = list->walk };
		out->len = 0;
	}
	end = cursor->next + WORST_SLICE;
	for (; cursor->next < count && cursor->next < end; cursor->next++) {
		if (cursor->next < list->pile_count)
			there = take_pile(w, &list->piles[cursor->next], facts->now_ns, &stuck);
		else
			there = take_one(&list->candidates[cursor->next - list->pile_count], facts,
					 &stuck);
		if (there)
			stuck_json(&o, out, &stuck);
	}
	return cursor->next < count;
}

// SPDX-License-Identifier: GPL-2.0
#include "userspace/export/worst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/model/requests.h"
#include "userspace/model/stuck.h"
#include "userspace/model/verdict.h"
#include "userspace/out/stuck_out.h"

/* Of a flood no more are looked at: it is one. */
#define REQUESTS_MAX 65536

/**
 * struct candidate - one that is stuck, as it was in the walk
 * @conn: the connection
 * @cookie: its cookie
 * @since_ns: since when
 * @state: in what
 */
struct candidate {
	const struct conn *conn;
	uint64_t cookie;
	uint64_t since_ns;
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
 * @requests: handshakes that wait, by port
 * @ports: at how many ports
 */
struct list {
	uint64_t walk;
	struct candidate candidates[2 * WORST_MAX];
	size_t count;
	struct churn *piles;
	size_t pile_count;
	struct requests *requests;
	size_t ports;
};

/**
 * struct worst - the walk under way, and the last
 * @query: for piles
 * @lists: one for each
 * @growing: which of them
 * @walks: how many have begun
 * @youngest_ns: who has been stuck only since then is not among the worst
 * @waiting: requests met in this walk
 * @waits: how many
 * @room: for how many there is memory
 * @tally: of piles, if there are any
 */
struct worst {
	const struct model *model;
	struct churn_query query;
	struct list lists[2];
	struct list *growing;
	uint64_t walks;
	uint64_t youngest_ns;
	struct request *waiting;
	size_t waits;
	size_t room;
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
	free(list->requests);
	list->piles = NULL;
	list->requests = NULL;
	list->count = 0;
	list->pile_count = 0;
	list->ports = 0;
}

void worst_free(struct worst *w)
{
	if (!w)
		return;
	empty(&w->lists[0]);
	empty(&w->lists[1]);
	churn_tally_free(w->tally);
	free(w->waiting);
	free(w);
}

void worst_begin(struct worst *w, uint64_t now_ns)
{
	empty(w->growing);
	w->growing->walk = ++w->walks;
	w->query.now_ns = now_ns;
	w->youngest_ns = UINT64_MAX;
	w->waits = 0;
}

static void note_request(struct worst *w, const struct conn *c)
{
	size_t room = w->room ? w->room * 2 : 256;
	void *bigger;

	if (w->waits == w->room) {
		bigger = room > REQUESTS_MAX ? NULL :
					       reallocarray(w->waiting, room, sizeof(*w->waiting));
		if (!bigger)
			return;
		w->waiting = bigger;
		w->room = room;
	}
	w->waits += requests_take(&w->waiting[w->waits], w->model, c);
}

static int oldest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->since_ns != y->since_ns)
		return x->since_ns < y->since_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

static void sort(struct worst *w)
{
	struct list *list = w->growing;

	qsort(list->candidates, list->count, sizeof(*list->candidates), oldest_first);
	if (list->count < WORST_MAX)
		return;
	list->count = WORST_MAX;
	w->youngest_ns = list->candidates[WORST_MAX - 1].since_ns;
}

/* As stuck_find() has it, which is asked for no state. */
static bool is_stuck(const struct conn *c, uint64_t now_ns)
{
	uint64_t patience_ns = verdict_patience_ns(c->state);

	return !c->end && c->state != TCPTRAIL_NO_STATE && patience_ns != UINT64_MAX &&
	       now_ns >= c->since_ns && now_ns - c->since_ns >= patience_ns;
}

void worst_count(struct worst *w, const struct conn *c)
{
	struct list *list = w->growing;

	if (c->state == TCPTRAIL_NEW_SYN_RECV || c->state == TCPTRAIL_SYN_RECV)
		note_request(w, c);
	if (!is_stuck(c, w->query.now_ns) || c->since_ns >= w->youngest_ns)
		return;
	list->candidates[list->count++] = (struct candidate){
		.conn = c,
		.cookie = c->cookie,
		.since_ns = c->since_ns,
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
	if (w->waits)
		list->requests = calloc(w->waits, sizeof(*list->requests));
	if (list->requests)
		list->ports = requests_sum_up(list->requests, w->waiting, w->waits);
	if (w->tally)
		churn_tally_list(w->tally, &list->piles, &list->pile_count);
	churn_tally_free(w->tally);
	w->tally = NULL;
	w->growing = list == w->lists ? &w->lists[1] : &w->lists[0];
}

static uint64_t age_of(const struct conn *c, uint64_t now_ns)
{
	return now_ns > c->since_ns ? now_ns - c->since_ns : 0;
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
		.age_ns = age_of(c, now_ns),
		.pile = pile->timewaits,
		.churn = *pile,
	};
	return true;
}

static bool take_one(const struct list *list, const struct candidate *one, uint64_t now_ns,
		     struct stuck *stuck)
{
	const struct conn *c = one->conn;
	const struct requests *requests;

	if (c->half == CONN_FREE || c->end || c->cookie != one->cookie ||
	    c->since_ns != one->since_ns || c->state != one->state)
		return false;
	*stuck = (struct stuck){
		.conn = c,
		.age_ns = age_of(c, now_ns),
		.at_least = c->flags & CONN_AT_LEAST,
	};
	requests = requests_at(list->requests, list->ports, c);
	if (requests) {
		stuck->requests = requests->count;
		stuck->requesters = requests->peers;
	}
	return true;
}

bool worst_tell(const struct worst *w, struct worst_cursor *cursor, uint64_t now_ns,
		struct buf *out)
{
	const struct list *list = w->growing == w->lists ? &w->lists[1] : &w->lists[0];
	const struct stuck_out o = { .model = w->model };
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
			there = take_pile(w, &list->piles[cursor->next], now_ns, &stuck);
		else
			there = take_one(list, &list->candidates[cursor->next - list->pile_count],
					 now_ns, &stuck);
		if (there)
			stuck_json(&o, out, &stuck);
	}
	return cursor->next < count;
}

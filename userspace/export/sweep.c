// SPDX-License-Identifier: GPL-2.0
#include "userspace/export/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "userspace/model/census.h"
#include "userspace/model/index.h"
#include "userspace/model/verdict.h"

#define SEC 1000000000ULL

/*
 * Destinations are told apart by a hash alone, in a fixed table: two that share a
 * place are taken for one. With a million connections that adds about 15 ports to
 * the count of the fullest, of 28,000: it may say a little more than is true.
 */
#define PLACES (1U << 16)

/**
 * struct place - one destination
 * @walk: that counted here last: for any other it is empty
 * @used: source ports that connect() cannot take now
 * @timewaits: TIME-WAITs there
 */
struct place {
	uint32_t walk;
	uint32_t used;
	uint32_t timewaits;
};

/**
 * struct sweep - the walk
 * @at: the last connection that was looked at, NULL before the first
 * @walk: its number
 * @now_ns: when it began
 * @next_ns: when the first connection passes a threshold that it had not reached
 * @fullest: source ports in use at the destination that @growing.ports is about
 * @growing: what it has found so far
 * @found: what the last whole one had
 * @places: by hash
 * @key: of the hash
 */
struct sweep {
	struct sweep_config config;
	const struct conn *at;
	uint32_t walk;
	uint64_t now_ns;
	uint64_t next_ns;
	uint32_t fullest;
	struct sweep_found growing;
	struct sweep_found found;
	struct place *places;
	uint64_t key[2];
};

static void nothing(struct sweep_found *found)
{
	unsigned int i;

	/* Without any connection there is a range, too. */
	*found = (struct sweep_found){
		.unaccepted_since_ns = SWEEP_NOBODY,
		.ports = CHURN_PORTS_DEFAULT.count,
	};
	for (i = 0; i < SWEEP_STATES; i++)
		found->since_ns[i] = SWEEP_NOBODY;
}

int sweep_create(struct sweep **sweep, const struct sweep_config *config)
{
	struct sweep *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->config = *config;
	nothing(&s->found);
	s->places = calloc(PLACES, sizeof(*s->places));
	if (!s->places || getrandom(s->key, sizeof(s->key), 0) != sizeof(s->key)) {
		sweep_free(s);
		return -ENOMEM;
	}
	*sweep = s;
	return 0;
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	free(s->places);
	free(s);
}

static uint64_t fold(const struct sweep *s, const uint8_t address[16])
{
	uint64_t words[2];

	memcpy(words, address, 16);
	return index_hash(s->key, words[0], words[1]);
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t v4[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	static const uint8_t v6[16] = { [15] = 1 };

	return !memcmp(address, v4, sizeof(v4)) || !memcmp(address, v6, sizeof(v6));
}

static struct churn_ports ports_of(const struct sweep *s, uint32_t netns)
{
	return s->config.ports ? s->config.ports(s->config.arg, netns) : CHURN_PORTS_DEFAULT;
}

/* Until @since_ns is @span_ns ago. Return: it is already */
static bool is_over(struct sweep *s, uint64_t since_ns, uint64_t span_ns)
{
	if (s->now_ns >= since_ns && s->now_ns - since_ns >= span_ns)
		return true;
	if (span_ns < s->next_ns && since_ns < s->next_ns - span_ns)
		s->next_ns = since_ns + span_ns;
	return false;
}

/* How fast they come is not counted here: whether ports suffice is told by stuck alone. */
static void count_pile(struct sweep *s, struct place *place, bool passive)
{
	static const struct conn nobody;
	const struct churn churn = { .passive = passive, .out_ns = CHURN_NEVER };
	const struct verdict_facts facts = { .conn = &nobody, .churn = &churn };
	int rule;

	if (++place->timewaits < VERDICT_PILE)
		return;
	rule = verdict_rule(&facts);
	if (rule >= 0 && rule < SWEEP_VERDICTS)
		s->growing.stuck[rule] += place->timewaits == VERDICT_PILE ? VERDICT_PILE : 1;
}

static void count_used(struct sweep *s, struct place *place, uint32_t ports)
{
	place->used++;
	if (!ports || (uint64_t)place->used * s->growing.ports <= (uint64_t)s->fullest * ports)
		return;
	s->fullest = place->used;
	s->growing.ports = ports;
}

/* See churn.h: the same rules, one connection at a time. */
static void count_port(struct sweep *s, const struct model *m, const struct conn *c)
{
	struct churn_ports ports = ports_of(s, c->netns);
	bool in_range = c->lport >= ports.first && c->lport <= ports.last;
	bool timewait = c->state == TCPTRAIL_TIME_WAIT;
	uint64_t hash, first = (uint64_t)c->netns << 32;
	uint8_t laddr[16], raddr[16];
	struct place *place;
	bool passive;

	if (c->half == CONN_REQUEST || c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN ||
	    !(c->flags & CONN_WHOLE))
		return;
	passive = c->role == CONN_PASSIVE ||
		  (c->role == CONN_ROLE_UNKNOWN && (!in_range || model_listener(m, c)));
	if (passive) {
		hash = index_hash(s->key, first | c->lport, 1);
	} else {
		model_laddr(m, c, laddr);
		model_raddr(m, c, raddr);
		hash = index_hash(s->key, first | c->rport, fold(s, laddr) << 32 ^ fold(s, raddr));
	}
	place = &s->places[hash % PLACES];
	if (place->walk != s->walk)
		*place = (struct place){ .walk = s->walk };
	if (timewait)
		count_pile(s, place, passive);
	if (passive || !in_range)
		return;
	if (timewait && (ports.tw_reuse == 1 || (ports.tw_reuse == 2 && is_loopback(raddr))) &&
	    is_over(s, c->since_ns, SEC))
		return;
	count_used(s, place, ports.count);
}

static void note_oldest(uint64_t *oldest_ns, uint64_t since_ns)
{
	if (since_ns < *oldest_ns)
		*oldest_ns = since_ns;
}

static void count_conn(struct sweep *s, const struct model *m, const struct conn *c)
{
	uint64_t patience_ns = verdict_patience_ns(c->state);
	const struct verdict_facts facts = { .conn = c };
	struct sweep_found *g = &s->growing;
	int rule;

	if (c->end || c->state == TCPTRAIL_NO_STATE || c->state >= SWEEP_STATES)
		return;
	note_oldest(&g->since_ns[c->state], c->since_ns);
	if (census_place(c) & CENSUS_UNACCEPTED)
		note_oldest(&g->unaccepted_since_ns, c->since_ns);
	if (c->state == TCPTRAIL_CLOSE_WAIT)
		g->unread += c->unread;
	if (patience_ns != UINT64_MAX && is_over(s, c->since_ns, patience_ns)) {
		rule = verdict_rule(&facts);
		if (rule >= 0 && rule < SWEEP_VERDICTS)
			g->stuck[rule]++;
	}
	count_port(s, m, c);
}

static void begin(struct sweep *s, uint64_t now_ns)
{
	nothing(&s->growing);
	s->fullest = 0;
	s->walk++;
	s->now_ns = now_ns;
	s->next_ns = UINT64_MAX;
	if (s->config.groups)
		groups_begin(s->config.groups);
}

static void end(struct sweep *s, uint64_t now_ns)
{
	struct sweep_found *g = &s->growing;

	g->ports_share = s->fullest < g->ports ? (double)s->fullest / g->ports : 1;
	g->at_ns = now_ns;
	s->found = *g;
	if (s->config.groups && !groups_end(s->config.groups))
		s->next_ns = 0;
}

bool sweep_on(struct sweep *s, const struct model *m, uint64_t now_ns, unsigned int count)
{
	if (!s->at)
		begin(s, now_ns);
	while (count--) {
		s->at = model_next(m, s->at);
		if (!s->at) {
			end(s, now_ns);
			return true;
		}
		count_conn(s, m, s->at);
		if (s->config.groups)
			groups_count(s->config.groups, s->at);
	}
	return false;
}

const struct sweep_found *sweep_found(const struct sweep *s)
{
	return &s->found;
}

uint64_t sweep_next_ns(const struct sweep *s)
{
	return s->next_ns;
}

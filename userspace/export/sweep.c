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
 * @used: source ports that connect() cannot take now
 * @timewaits: TIME-WAITs there
 * @passive: they are at one of our own ports
 * @netns: whose
 */
struct place {
	uint32_t used;
	uint32_t timewaits : 31;
	uint32_t passive : 1;
	uint32_t netns;
};

/**
 * struct sweep - the walk
 * @at: the last connection that was looked at, NULL before the first
 * @now_ns: when this walk began
 * @growing: what it has found so far
 * @found: what the last whole one had
 * @places: by hash
 * @key: of the hash
 */
struct sweep {
	struct sweep_config config;
	const struct conn *at;
	uint64_t now_ns;
	struct sweep_found growing;
	struct sweep_found found;
	struct place *places;
	uint64_t key[2];
};

int sweep_create(struct sweep **sweep, const struct sweep_config *config)
{
	struct sweep *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->config = *config;
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
	place->netns = c->netns;
	place->passive = passive;
	place->timewaits += timewait;
	if (passive || !in_range)
		return;
	if (timewait && (ports.tw_reuse == 1 || (ports.tw_reuse == 2 && is_loopback(raddr))) &&
	    s->now_ns > c->since_ns + SEC)
		return;
	place->used++;
}

static void count_conn(struct sweep *s, const struct model *m, const struct conn *c)
{
	uint64_t age_ns = s->now_ns > c->since_ns ? s->now_ns - c->since_ns : 0;
	const struct verdict_facts facts = { .conn = c };
	struct sweep_found *g = &s->growing;
	int rule;

	if (c->end || c->state == TCPTRAIL_NO_STATE || c->state >= SWEEP_STATES)
		return;
	if (age_ns > g->oldest_ns[c->state])
		g->oldest_ns[c->state] = age_ns;
	if (census_place(c) & CENSUS_UNACCEPTED && age_ns > g->unaccepted_ns)
		g->unaccepted_ns = age_ns;
	if (c->state == TCPTRAIL_CLOSE_WAIT)
		g->unread += c->unread;
	if (age_ns >= verdict_patience_ns(c->state)) {
		rule = verdict_rule(&facts);
		if (rule >= 0 && rule < SWEEP_VERDICTS)
			g->stuck[rule]++;
	}
	count_port(s, m, c);
}

/* How fast they come is not counted here: whether ports suffice is told by stuck alone. */
static int rule_for_pile(const struct place *p)
{
	static const struct conn nobody;
	const struct churn churn = { .passive = p->passive, .out_ns = CHURN_NEVER };
	const struct verdict_facts facts = { .conn = &nobody, .churn = &churn };

	return verdict_rule(&facts);
}

static void find_fullest(struct sweep *s)
{
	struct churn_ports ports;
	const struct place *p;
	int rule;

	/* Without any connection there is a range, too. */
	s->growing.ports = CHURN_PORTS_DEFAULT.count;
	for (p = s->places; p < s->places + PLACES; p++) {
		rule = p->timewaits >= VERDICT_PILE ? rule_for_pile(p) : -1;
		if (rule >= 0 && rule < SWEEP_VERDICTS)
			s->growing.stuck[rule] += p->timewaits;
		if (!p->used)
			continue;
		ports = ports_of(s, p->netns);
		if (!ports.count || (double)p->used / ports.count <= s->growing.ports_share)
			continue;
		s->growing.ports_share = (double)p->used / ports.count;
		s->growing.ports = ports.count;
	}
	if (s->growing.ports_share > 1)
		s->growing.ports_share = 1;
}

bool sweep_on(struct sweep *s, const struct model *m, uint64_t now_ns, unsigned int count)
{
	if (!s->at) {
		s->growing = (struct sweep_found){ 0 };
		memset(s->places, 0, PLACES * sizeof(*s->places));
		s->now_ns = now_ns;
		if (s->config.groups)
			groups_begin(s->config.groups);
	}
	while (count--) {
		s->at = model_next(m, s->at);
		if (!s->at) {
			find_fullest(s);
			s->growing.at_ns = now_ns;
			s->found = s->growing;
			if (s->config.groups)
				groups_end(s->config.groups);
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

// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/stuck_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/time.h"
#include "userspace/conn/counters.h"
#include "userspace/base/index.h"
#include "userspace/diagnose/syn_backlog.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/diagnose/verdict.h"

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
 * struct destination - by IPv4; neighbours in the walk often have the same
 * @netns: from which namespace
 * @addr4: as in struct conn
 * @rport: likewise
 * @place: where it is counted, NULL: none yet
 */
struct destination {
	uint32_t netns;
	uint32_t addr4[2];
	uint16_t rport;
	struct place *place;
};

/**
 * struct stuck_scan - the walk
 * @at: the last connection that was looked at, NULL before the first
 * @walk: its number
 * @has_bursts: there are piles of TIME-WAITs
 * @again: the walk is made again, for these
 * @now_ns: when it began
 * @next_ns: when the first connection passes a threshold that it had not reached
 * @fullest: source ports in use at the destination that @growing.ports is about
 * @growing: what it has found so far
 * @found: what the last whole one had
 * @requests: handshakes that wait, of this one and of the last
 * @places: by hash
 * @key: of the hash
 * @before: the destination that was met last
 */
struct stuck_scan {
	struct stuck_scan_config config;
	const struct conn *at;
	uint32_t walk;
	bool has_bursts;
	bool again;
	uint64_t now_ns;
	uint64_t next_ns;
	uint32_t fullest;
	struct stuck_scan_found growing;
	struct stuck_scan_found found;
	struct syn_backlog_count requests;
	struct place *places;
	uint64_t key[2];
	struct destination before;
};

static void nothing(struct stuck_scan_found *found)
{
	unsigned int i;

	/* Without any connection there is a range, too. */
	*found = (struct stuck_scan_found){
		.unaccepted_since_ns = STUCK_SCAN_NOBODY,
		.ports = SOURCE_PORTS_DEFAULT.count,
	};
	for (i = 0; i < STUCK_SCAN_STATES; i++)
		found->since_ns[i] = STUCK_SCAN_NOBODY;
}

int stuck_scan_create(struct stuck_scan **stuck_scan, const struct stuck_scan_config *config)
{
	struct stuck_scan *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->config = *config;
	nothing(&s->found);
	s->places = calloc(PLACES, sizeof(*s->places));
	index_new_key(s->key);
	if (!s->places) {
		stuck_scan_free(s);
		return -ENOMEM;
	}
	*stuck_scan = s;
	return 0;
}

void stuck_scan_free(struct stuck_scan *s)
{
	if (!s)
		return;
	syn_backlog_count_free(&s->requests);
	free(s->places);
	free(s);
}

static struct source_ports ports_of(const struct stuck_scan *s, uint32_t netns)
{
	return s->config.ports ? s->config.ports(s->config.arg, netns) : SOURCE_PORTS_DEFAULT;
}

/* Until @since_ns is @span_ns ago. Return: it is already */
static bool is_over(struct stuck_scan *s, uint64_t since_ns, uint64_t span_ns)
{
	if (s->now_ns >= since_ns && s->now_ns - since_ns >= span_ns)
		return true;
	if (span_ns < s->next_ns && since_ns < s->next_ns - span_ns)
		s->next_ns = since_ns + span_ns;
	return false;
}

/* How fast they come is not counted here: whether ports suffice is told by stuck alone. */
static void count_burst(struct stuck_scan *s, struct place *place, bool passive)
{
	static const struct conn nobody;
	const struct usage usage = { .passive = passive, .out_ns = PORT_USAGE_NEVER };
	const struct verdict_input facts = { .conn = &nobody, .usage = &usage };
	int rule;

	if (++place->timewaits < VERDICT_BURST)
		return;
	s->has_bursts = true;
	rule = verdict_rule(&facts);
	if (rule >= 0 && rule < STUCK_SCAN_VERDICTS)
		s->growing.stuck[rule] += place->timewaits == VERDICT_BURST ? VERDICT_BURST : 1;
}

static void count_used(struct stuck_scan *s, struct place *place, uint32_t ports)
{
	place->used++;
	if (!ports || (uint64_t)place->used * s->growing.ports <= (uint64_t)s->fullest * ports)
		return;
	s->fullest = place->used;
	s->growing.ports = ports;
}

static struct place *place_towards(struct stuck_scan *s, const struct tracker *m,
				   const struct conn *c)
{
	struct destination *before = &s->before;
	uint8_t laddr[16], raddr[16];
	struct place *place;
	uint64_t hash;

	if (before->place && before->netns == c->netns && before->rport == c->rport &&
	    before->addr4[0] == c->addr4[0] && before->addr4[1] == c->addr4[1] &&
	    !(c->flags & CONN_IPV6))
		return before->place;
	tracker_laddr(m, c, laddr);
	tracker_raddr(m, c, raddr);
	hash = index_hash(s->key, (uint64_t)c->netns << 32 | c->rport,
			  (uint64_t)index_hash_16(s->key, laddr) << 32 ^
				  index_hash_16(s->key, raddr));
	place = &s->places[hash % PLACES];
	if (!(c->flags & CONN_IPV6))
		*before = (struct destination){
			c->netns, { c->addr4[0], c->addr4[1] }, c->rport, place
		};
	return place;
}

/* See usage.h: the same rules, one connection at a time. NULL: it takes no port anywhere */
static struct place *place_of(struct stuck_scan *s, const struct tracker *m, const struct conn *c,
			      const struct source_ports *ports, bool *passive)
{
	bool in_range = c->lport >= ports->first && c->lport <= ports->last;
	uint64_t hash;

	if (c->object == CONN_REQUEST || c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN ||
	    !(c->flags & CONN_WHOLE))
		return NULL;
	*passive = c->role == CONN_PASSIVE ||
		   (c->role == CONN_ROLE_UNKNOWN && (!in_range || tracker_listener(m, c)));
	if (!*passive)
		return place_towards(s, m, c);
	hash = index_hash(s->key, (uint64_t)c->netns << 32 | c->lport, 1);
	return &s->places[hash % PLACES];
}

/* Its TIME-WAIT keeps its port from connect() for no more than a second. */
static bool is_reusable(const struct tracker *m, const struct conn *c,
			const struct source_ports *ports)
{
	uint8_t raddr[16];

	tracker_raddr(m, c, raddr);
	return ports->tw_reuse == 1 || (ports->tw_reuse == 2 && address_is_loopback(raddr));
}

static void count_port(struct stuck_scan *s, const struct tracker *m, const struct conn *c)
{
	struct source_ports ports = ports_of(s, c->netns);
	bool timewait = c->state == TCPTRAIL_TIME_WAIT;
	bool passive;
	struct place *place = place_of(s, m, c, &ports, &passive);

	if (!place)
		return;
	if (place->walk != s->walk)
		*place = (struct place){ .walk = s->walk };
	if (timewait)
		count_burst(s, place, passive);
	if (passive || c->lport < ports.first || c->lport > ports.last)
		return;
	if (timewait && is_reusable(m, c, &ports) && is_over(s, c->since_ns, SEC))
		return;
	count_used(s, place, ports.count);
}

/* All of a pile, and a few that share its place. */
static void count_again(struct stuck_scan *s, const struct tracker *m, const struct conn *c)
{
	struct source_ports ports = ports_of(s, c->netns);
	bool passive;
	const struct place *place = place_of(s, m, c, &ports, &passive);

	if (place && place->walk == s->walk && place->timewaits >= VERDICT_BURST)
		top_n_burst(s->config.worst, c);
}

static void note_oldest(uint64_t *oldest_ns, uint64_t since_ns)
{
	if (since_ns < *oldest_ns)
		*oldest_ns = since_ns;
}

static const struct kernel_socket *live_of(const struct stuck_scan *s, const struct conn *c,
					   uint64_t *at_ns)
{
	if (!c || !c->cookie || !s->config.live)
		return NULL;
	return s->config.live(s->config.arg, c->cookie, at_ns);
}

/*
 * What is normal for ever is so no more if nothing moves on it, or nobody else gets in:
 * the kernel tells. Since when; STUCK_SCAN_NOBODY: it is normal.
 */
static uint64_t stands_since_ns(struct stuck_scan *s, const struct conn *c)
{
	uint64_t at_ns, still_ns;
	const struct kernel_socket *live = live_of(s, c, &at_ns);

	if (!live)
		return STUCK_SCAN_NOBODY;
	if (c->state == TCPTRAIL_LISTEN)
		return kernel_socket_queue_full(live) ? at_ns : STUCK_SCAN_NOBODY;
	if (c->state != TCPTRAIL_ESTABLISHED || !stuck_is_stalled(c, live))
		return STUCK_SCAN_NOBODY;
	still_ns = kernel_socket_still_ms(live) * MS;
	at_ns = at_ns > still_ns ? at_ns - still_ns : 0;
	return is_over(s, at_ns, VERDICT_STALL_NS) ? at_ns : STUCK_SCAN_NOBODY;
}

static uint64_t stuck_since_ns(struct stuck_scan *s, const struct conn *c)
{
	uint64_t stuck_after_ns = verdict_stuck_after_ns(c->state);

	if (stuck_after_ns == UINT64_MAX)
		return stands_since_ns(s, c);
	return is_over(s, c->since_ns, stuck_after_ns) ? c->since_ns : STUCK_SCAN_NOBODY;
}

/* Of handshakes that wait it takes as many as the last walk has met. */
static void judge(struct stuck_scan *s, const struct tracker *m, const struct conn *c)
{
	uint64_t stuck_ns = stuck_since_ns(s, c);
	struct verdict_input facts = { .conn = c };
	const struct syn_backlog *requests;
	uint64_t at_ns;
	int rule;

	if (stuck_ns == STUCK_SCAN_NOBODY)
		return;
	facts.live = live_of(s, c, &at_ns);
	facts.queue = live_of(s, tracker_listener(m, c), &at_ns);
	requests = syn_backlog_at(s->requests.list, s->requests.ports, c);
	if (requests) {
		facts.requests = requests->count;
		facts.requesters = requests->peers;
	}
	rule = verdict_rule(&facts);
	if (rule >= 0 && rule < STUCK_SCAN_VERDICTS)
		s->growing.stuck[rule]++;
	if (s->config.worst)
		top_n_count(s->config.worst, c, stuck_ns);
}

static void count_conn(struct stuck_scan *s, const struct tracker *m, const struct conn *c)
{
	struct stuck_scan_found *g = &s->growing;

	if (c->end || c->state == TCPTRAIL_NO_STATE || c->state >= STUCK_SCAN_STATES)
		return;
	note_oldest(&g->since_ns[c->state], c->since_ns);
	if (counters_place(c) & COUNTERS_UNACCEPTED)
		note_oldest(&g->unaccepted_since_ns, c->since_ns);
	if (c->state == TCPTRAIL_CLOSE_WAIT)
		g->unread += c->unread;
	syn_backlog_count_add(&s->requests, m, c);
	judge(s, m, c);
	count_port(s, m, c);
}

static void begin(struct stuck_scan *s, uint64_t now_ns)
{
	nothing(&s->growing);
	s->fullest = 0;
	s->walk++;
	s->now_ns = now_ns;
	s->next_ns = UINT64_MAX;
	s->has_bursts = false;
	s->again = false;
	if (s->config.groups)
		groups_begin(s->config.groups);
	if (s->config.worst)
		top_n_begin(s->config.worst, now_ns);
}

static void end(struct stuck_scan *s, uint64_t now_ns)
{
	struct stuck_scan_found *g = &s->growing;

	g->ports_share = s->fullest < g->ports ? (double)s->fullest / g->ports : 1;
	g->at_ns = now_ns;
	s->found = *g;
	if (s->config.groups && !groups_end(s->config.groups))
		s->next_ns = 0;
	if (s->config.worst)
		top_n_end(s->config.worst);
	if (syn_backlog_count_end(&s->requests))
		s->next_ns = 0;
	/* How fast a pile grows is told, too, and that is another thing each time. */
	if (s->again)
		s->next_ns = 0;
	s->again = false;
}

static void count_one(struct stuck_scan *s, const struct tracker *m, const struct conn *c)
{
	count_conn(s, m, c);
	if (s->config.groups)
		groups_count(s->config.groups, c);
}

bool stuck_scan_on(struct stuck_scan *s, const struct tracker *m, uint64_t now_ns,
		   unsigned int count)
{
	if (!s->at && !s->again)
		begin(s, now_ns);
	while (count--) {
		s->at = tracker_next(m, s->at);
		if (!s->at && s->has_bursts && s->config.worst && !s->again) {
			s->again = true;
		} else if (!s->at) {
			end(s, now_ns);
			return true;
		} else if (s->again) {
			count_again(s, m, s->at);
		} else {
			count_one(s, m, s->at);
		}
	}
	return false;
}

const struct stuck_scan_found *stuck_scan_found(const struct stuck_scan *s)
{
	return &s->found;
}

const struct syn_backlog_count *stuck_scan_requests(const struct stuck_scan *s)
{
	return &s->requests;
}

uint64_t stuck_scan_next_ns(const struct stuck_scan *s)
{
	return s->next_ns;
}

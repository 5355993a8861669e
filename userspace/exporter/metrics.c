// SPDX-License-Identifier: GPL-2.0
/*
 * All metrics as text, family by family, in the order of tcptrail-metrics(5). A series that
 * is 0 is there, too, so that no series appears only when something goes wrong.
 */
#include "userspace/exporter/metrics.h"

#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/exporter/openmetrics.h"
#include "userspace/exporter/process.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/base/names.h"

#define STRING_OF(n) #n
#define STRING(n) STRING_OF(n)
#define ABI_VERSION STRING(TCPTRAIL_ABI_MAJOR) "." STRING(TCPTRAIL_ABI_MINOR)

static const uint8_t states[] = {
	TCPTRAIL_ESTABLISHED, TCPTRAIL_SYN_SENT,  TCPTRAIL_SYN_RECV, TCPTRAIL_FIN_WAIT1,
	TCPTRAIL_FIN_WAIT2,   TCPTRAIL_TIME_WAIT, TCPTRAIL_CLOSE,    TCPTRAIL_CLOSE_WAIT,
	TCPTRAIL_LAST_ACK,    TCPTRAIL_LISTEN,	  TCPTRAIL_CLOSING,
};

/* What ss shows as one state: a request socket is in SYN-RECV. */
static uint64_t sockets(const struct counters *c, uint8_t state)
{
	uint64_t count = counters_sockets(c, CONN_SOCKET, state) +
			 counters_sockets(c, CONN_REQUEST, state) +
			 counters_sockets(c, CONN_MINISOCKET, state);

	if (state == TCPTRAIL_SYN_RECV)
		count += sockets(c, TCPTRAIL_NEW_SYN_RECV);
	return count;
}

/* Without its hook no record says that accept() took one, and all seem to wait. */
static bool has_accept(const struct metrics *m)
{
	return !m->features || m->features >> TCPTRAIL_HOOK_ACCEPT & 1;
}

static void put_sockets(struct openmetrics *e, const struct metrics *m)
{
	const struct counters *c = &m->counters;
	unsigned int i;

	openmetrics_gauge(e, "tcptrail_sockets",
			  "TCP sockets by state, in all network namespaces.");
	for (i = 0; i < ARRAY_SIZE(states); i++)
		openmetrics_labelled(e, "state", state_key(states[i]), sockets(c, states[i]));
	openmetrics_gauge(e, "tcptrail_request_sockets",
			  "Handshakes that wait for their third step; syn_recv has them, too.");
	openmetrics_u64(e, counters_sockets(c, CONN_REQUEST, TCPTRAIL_NEW_SYN_RECV));
	openmetrics_gauge(e, "tcptrail_minisockets",
			  "Sockets that no process holds, kept for TIME-WAIT's sake.");
	openmetrics_labelled(e, "state", state_key(TCPTRAIL_FIN_WAIT2),
			     counters_sockets(c, CONN_MINISOCKET, TCPTRAIL_FIN_WAIT2));
	openmetrics_labelled(e, "state", state_key(TCPTRAIL_TIME_WAIT),
			     counters_sockets(c, CONN_MINISOCKET, TCPTRAIL_TIME_WAIT));
	if (has_accept(m))
		openmetrics_gauge_of(e, "tcptrail_accept_queue_sockets",
				     "Established, and not accepted yet.", counters_unaccepted(c));
}

/* What TCP's state machine knows is always told, anything else when it occurs. */
static bool is_known_transition(uint8_t from, uint8_t to)
{
	static const uint16_t known[COUNTERS_STATES] = {
		[TCPTRAIL_CLOSE] = 1 << TCPTRAIL_SYN_SENT | 1 << TCPTRAIL_LISTEN,
		[TCPTRAIL_LISTEN] = 1 << TCPTRAIL_SYN_RECV | 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_SYN_SENT] = 1 << TCPTRAIL_ESTABLISHED | 1 << TCPTRAIL_SYN_RECV |
				      1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_SYN_RECV] = 1 << TCPTRAIL_ESTABLISHED | 1 << TCPTRAIL_FIN_WAIT1 |
				      1 << TCPTRAIL_CLOSE_WAIT | 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_ESTABLISHED] = 1 << TCPTRAIL_FIN_WAIT1 | 1 << TCPTRAIL_CLOSE_WAIT |
					 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_CLOSE_WAIT] = 1 << TCPTRAIL_LAST_ACK | 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_FIN_WAIT1] = 1 << TCPTRAIL_FIN_WAIT2 | 1 << TCPTRAIL_CLOSING |
				       1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_FIN_WAIT2] = 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_CLOSING] = 1 << TCPTRAIL_CLOSE,
		[TCPTRAIL_LAST_ACK] = 1 << TCPTRAIL_CLOSE,
	};

	return known[from] >> to & 1;
}

static void put_transitions(struct openmetrics *e, const struct counters *c)
{
	unsigned int from, to;

	openmetrics_counter(
		e, "tcptrail_transitions",
		"State changes of full sockets, as the kernel's inet_sock_set_state has them.");
	for (from = 0; from < COUNTERS_STATES; from++) {
		for (to = 0; to < COUNTERS_STATES; to++) {
			if (!c->transitions[from][to] && !is_known_transition(from, to))
				continue;
			openmetrics_label(e, "from", state_key(from));
			openmetrics_labelled(e, "to", state_key(to), c->transitions[from][to]);
		}
	}
}

/* The reasons of @mask each by itself, the others together. */
static void put_reasons(struct openmetrics *e, const uint64_t counts[COUNTERS_REASONS],
			uint16_t mask, bool other)
{
	uint64_t rest = 0;
	unsigned int i;

	for (i = 0; i < COUNTERS_REASONS; i++) {
		if (!(mask >> i & 1)) {
			rest += counts[i];
			continue;
		}
		openmetrics_labelled(e, "reason", reason_key(i), counts[i]);
	}
	if (!other)
		return;
	openmetrics_labelled(e, "reason", "other", rest);
}

#define REASON(name) (1U << TCPTRAIL_REASON_##name)

static void put_ends(struct openmetrics *e, const struct metrics *m)
{
	const struct counters *c = &m->counters;
	bool seen = m->features >> TCPTRAIL_HOOK_TIMEWAIT_BEGIN & 1;

	openmetrics_counter_of(e, "tcptrail_requests", "Request sockets that began: SYNs answered.",
			       c->requests);
	openmetrics_counter(e, "tcptrail_request_ends", "Request sockets that ended, by reason.");
	put_reasons(e, c->request_ends,
		    REASON(ESTABLISHED) | REASON(TIMEOUT) | REASON(RESET) | REASON(LISTENER) |
			    REASON(NETNS),
		    true);
	openmetrics_counter_of(e, "tcptrail_accepts", "Connections that accept() took.",
			       c->accepted);
	openmetrics_counter_of(e, "tcptrail_time_waits", "Connections that entered TIME-WAIT.",
			       c->time_waits);
	openmetrics_counter(e, "tcptrail_time_wait_rearms",
			    "TIME-WAITs begun anew; by a FIN: our last ACK was lost.");
	put_reasons(e, c->rearms, REASON(FIN) | REASON(SEGMENT), false);
	openmetrics_counter(e, "tcptrail_time_wait_ends", "TIME-WAITs that ended, by reason.");
	put_reasons(e, c->minisocket_ends[TCPTRAIL_TIME_WAIT],
		    REASON(TIMEOUT) | REASON(RESET) | REASON(SYN) | REASON(REUSE) | REASON(DATA) |
			    REASON(NETNS) | REASON(KILLED),
		    true);
	openmetrics_counter(
		e, "tcptrail_fin_wait2_ends",
		"Minisockets in FIN-WAIT-2 that ended without the peer's FIN, by reason.");
	put_reasons(e, c->minisocket_ends[TCPTRAIL_FIN_WAIT2],
		    REASON(TIMEOUT) | REASON(RESET) | REASON(SYN) | REASON(REUSE) | REASON(DATA) |
			    REASON(NETNS) | REASON(KILLED),
		    true);
	openmetrics_counter_of(
		e, "tcptrail_time_wait_overflows",
		"Connections closed without the TIME-WAIT that was due, for want of room.",
		seen ? c->overflows : 0);
}

static void put_connections(struct openmetrics *e, const struct counters *c)
{
	unsigned int end;

	openmetrics_counter(e, "tcptrail_retransmits", "Segments sent again, by kind.");
	openmetrics_labelled(e, "segment", "syn", c->retransmits[COUNTERS_SYN]);
	openmetrics_labelled(e, "segment", "syn_ack", c->retransmits[COUNTERS_SYN_ACK]);
	openmetrics_labelled(e, "segment", "fin", c->retransmits[COUNTERS_FIN]);
	openmetrics_counter(e, "tcptrail_resets", "RSTs, those of no connection included.");
	openmetrics_labelled(e, "direction", "sent", c->resets[TCPTRAIL_OUT]);
	openmetrics_labelled(e, "direction", "received", c->resets[TCPTRAIL_IN]);
	openmetrics_counter(e, "tcptrail_connections_opened",
			    "Connections: active: connect() began; passive: handshake completed.");
	openmetrics_labelled(e, "role", "active", c->opened[CONN_ACTIVE]);
	openmetrics_labelled(e, "role", "passive", c->opened[CONN_PASSIVE]);
	openmetrics_counter(e, "tcptrail_connections_ended",
			    "Connection ends whose life is over, by cause.");
	for (end = CONN_LIVES + 1; end < CONN_ENDS; end++)
		openmetrics_labelled(e, "cause", conn_end_key(end), c->ended[end]);
}

static void put_spans(struct openmetrics *e, const struct counters *c)
{
	struct histogram syn_recv = c->state[TCPTRAIL_SYN_RECV];
	unsigned int i;

	openmetrics_histogram(e, "tcptrail_handshake_duration_seconds",
			      "First step of the handshake to ESTABLISHED.");
	openmetrics_label(e, "role", "client");
	openmetrics_spans(e, &c->handshake[CONN_ACTIVE], HISTOGRAM_FAST);
	openmetrics_label(e, "role", "server");
	openmetrics_spans(e, &c->handshake[CONN_PASSIVE], HISTOGRAM_FAST);
	openmetrics_histogram(e, "tcptrail_accept_wait_seconds", "ESTABLISHED to accept().");
	openmetrics_spans(e, &c->accept_wait, HISTOGRAM_FAST);
	openmetrics_histogram(e, "tcptrail_half_close_duration_seconds",
			      "The first FIN to the second, or to the end.");
	openmetrics_spans(e, &c->half_close, HISTOGRAM_SLOW);
	openmetrics_histogram(e, "tcptrail_teardown_duration_seconds",
			      "The first FIN to the acknowledgement of the second.");
	openmetrics_spans(e, &c->teardown, HISTOGRAM_FAST);
	openmetrics_histogram(e, "tcptrail_time_wait_duration_seconds", "TIME-WAIT to its end.");
	openmetrics_spans(e, &c->time_wait, HISTOGRAM_SLOW);
	openmetrics_histogram(e, "tcptrail_state_duration_seconds",
			      "Time in a state, told when it is left.");
	histogram_merge(&syn_recv, &c->state[TCPTRAIL_NEW_SYN_RECV]);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		openmetrics_label(e, "state", state_key(states[i]));
		openmetrics_spans(e,
				  states[i] == TCPTRAIL_SYN_RECV ? &syn_recv : &c->state[states[i]],
				  HISTOGRAM_SLOW);
	}
}

static void put_found(struct openmetrics *e, const struct metrics *m)
{
	const struct stuck_gauges *f = &m->found;
	uint64_t since_ns;
	unsigned int i;

	openmetrics_gauge(e, "tcptrail_stuck_sockets",
			  "Sockets too long where they are, by verdict: see tcptrail-verdicts(7).");
	for (i = 0; verdict_name(i); i++) {
		if (!verdict_is_stuck((int)i))
			continue;
		openmetrics_labelled(e, "verdict", verdict_name(i), f->stuck[i]);
	}
	openmetrics_gauge(
		e, "tcptrail_oldest_age_seconds",
		"How long the socket has been in its state that is there for the longest.");
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		since_ns = f->since_ns[states[i]];
		if (states[i] == TCPTRAIL_SYN_RECV && f->since_ns[TCPTRAIL_NEW_SYN_RECV] < since_ns)
			since_ns = f->since_ns[TCPTRAIL_NEW_SYN_RECV];
		openmetrics_label(e, "state", state_key(states[i]));
		openmetrics_seconds(e, time_between(since_ns, m->now_ns));
	}
	if (has_accept(m))
		openmetrics_age_of(
			e, "tcptrail_oldest_unaccepted_seconds",
			"How long the connection waits that has waited longest for accept().",
			time_between(f->unaccepted_since_ns, m->now_ns));
	openmetrics_gauge_of(e, "tcptrail_close_wait_unread_bytes",
			     "Bytes in CLOSE-WAIT sockets that nobody has read.", f->unread);
	openmetrics_gauge(
		e, "tcptrail_ephemeral_ports_used_ratio",
		"Share of the source ports in use towards the destination that has most.");
	openmetrics_ratio(e, f->ports_share);
	openmetrics_gauge_of(e, "tcptrail_ephemeral_ports", "Source ports that there are for it.",
			     f->ports);
	openmetrics_gauge_of(e, "tcptrail_time_wait_limit", "net.ipv4.tcp_max_tw_buckets.",
			     m->time_wait_limit);
	openmetrics_gauge(e, "tcptrail_sweep_age_seconds",
			  "How old these are; 0 while nothing has changed.");
	openmetrics_seconds(e, m->scan_age_ns);
}

static void put_trail(struct openmetrics *e, const struct metrics *m)
{
	static const char *const causes[METRICS_LOST] = { "overwritten", "limited", "no_ring" };
	unsigned int i;

	openmetrics_gauge_of(e, "tcptrail_trail_up", "The trail is read, without error or delay.",
			     m->up);
	openmetrics_counter_of(e, "tcptrail_records_read", "Records of the trail that were read.",
			       m->records);
	openmetrics_counter(e, "tcptrail_records_lost",
			    "Records that are missing from it, by cause.");
	for (i = 0; i < METRICS_LOST; i++)
		openmetrics_labelled(e, "cause", causes[i], m->lost[i]);
	openmetrics_gauge_of(e, "tcptrail_snapshot_incomplete",
			     "Network namespaces whose older sockets could not be listed.",
			     m->snapshot_incomplete);
	openmetrics_gauge(e, "tcptrail_hook_attached", "The module's hook is there.");
	for (i = 0; i < TCPTRAIL_HOOKS; i++)
		openmetrics_labelled(e, "hook", hook_key(i), m->features >> i & 1);
	openmetrics_gauge(
		e, "tcptrail_hook_disabled",
		"A parameter of the module turned it off, or this kernel does not have it.");
	for (i = 0; i < TCPTRAIL_HOOKS; i++)
		openmetrics_labelled(e, "hook", hook_key(i),
				     m->hooks[i] == TCPTRAIL_HOOK_OFF ||
					     m->hooks[i] == TCPTRAIL_HOOK_ABSENT);
	openmetrics_gauge_of(e, "tcptrail_tracked_connections",
			     "Connection ends in the exporter's memory.", m->tracked);
	openmetrics_gauge_of(e, "tcptrail_tracked_connections_limit", "How many there is room for.",
			     m->tracked_limit);
	openmetrics_counter_of(e, "tcptrail_evicted", "Connection ends dropped for want of room.",
			       m->evicted);
}

static void put_groups(struct openmetrics *e, const struct metrics *m, enum groups_kind kind)
{
	const struct group_set *set = &m->groups[kind];
	bool port = kind == GROUPS_BY_PORT;
	unsigned int g, i;

	if (!set->label)
		return;
	openmetrics_gauge(e, port ? "tcptrail_port_sockets" : "tcptrail_unit_sockets",
			  "TCP sockets by state, as of the last scan.");
	for (g = 0; g < set->count; g++) {
		for (i = 0; set->list[g].name[0] && i < ARRAY_SIZE(states); i++) {
			openmetrics_label(e, set->label, set->list[g].name);
			openmetrics_labelled(e, "state", state_key(states[i]),
					     set->list[g].sockets[states[i]]);
		}
	}
	openmetrics_counter(
		e, port ? "tcptrail_port_connections_ended" : "tcptrail_unit_connections_ended",
		"Connection ends whose life is over, by cause.");
	for (g = 0; g < set->count; g++) {
		for (i = CONN_LIVES + 1; set->list[g].name[0] && i < CONN_ENDS; i++) {
			openmetrics_label(e, set->label, set->list[g].name);
			openmetrics_labelled(e, "cause", conn_end_key(i), set->list[g].ended[i]);
		}
	}
}

static void put_self(struct openmetrics *e, const struct metrics *m, uint64_t begun_ns)
{
	openmetrics_info(e, "tcptrail_build", "The exporter.");
	openmetrics_label(e, "version", m->version);
	openmetrics_labelled(e, "abi", ABI_VERSION, 1);
	openmetrics_info(e, "tcptrail_kernel", "The kernel that records.");
	openmetrics_labelled(e, "release", m->release, 1);
	process_metrics(e);
	openmetrics_age_of(e, "tcptrail_scrape_duration_seconds", "What it took to make this text.",
			   time_now_ns() - begun_ns);
}

void metrics_text(struct buf *out, const struct metrics *m, bool openmetrics, uint64_t begun_ns)
{
	struct openmetrics e = { .out = out, .openmetrics = openmetrics };

	put_sockets(&e, m);
	put_transitions(&e, &m->counters);
	put_ends(&e, m);
	put_connections(&e, &m->counters);
	put_spans(&e, &m->counters);
	put_found(&e, m);
	put_trail(&e, m);
	put_groups(&e, m, GROUPS_BY_PORT);
	put_groups(&e, m, GROUPS_BY_UNIT);
	put_self(&e, m, begun_ns);
	openmetrics_end(&e);
}

void metrics_free(struct metrics *m)
{
	group_sets_free(m->groups);
}

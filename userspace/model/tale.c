// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "userspace/model/tale.h"
#include "userspace/out/address.h"
#include "userspace/out/duration.h"

#define HALF_CLOSE_NS 50000000ULL /* worth a name from here */
#define ACCEPT_WAIT_NS 10000000ULL /* worth a sentence from here */

/* What the rows and records hold, collected once. Rows are NULL if there are none. */
struct facts {
	const struct ladder *l;
	struct tale *tale;
	const struct ladder_row *syn[2]; /* first without ACK, by sender */
	const struct ladder_row *synack; /* first */
	const struct ladder_row *fin[2]; /* first, by sender */
	const struct ladder_row *last_fin[2];
	const struct ladder_row *rst; /* first */
	const struct ladder_row *stray; /* a SYN that its sender did not send now */
	const struct ladder_row *gave_up;
	const struct ladder_row *end[2]; /* state CLOSED after others, by side */
	unsigned int syns[2];
	unsigned int synacks;
	unsigned int fins[2];
	unsigned int rearms;
	uint64_t established_ns[2];
	uint64_t close_wait_ns[2];
	uint64_t time_wait_ns[2];
	uint64_t accepted_ns;
	uint64_t last_ns; /* of the last record */
	bool closing[2];
	bool refused;
	bool segments;
};

static void say(struct facts *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct facts *f, const char *format, ...)
{
	struct tale *t = f->tale;
	va_list args;

	if (t->sentences_count == TALE_SENTENCES_MAX)
		return;
	va_start(args, format);
	vsnprintf(t->sentences[t->sentences_count++], TALE_SENTENCE_MAX, format, args);
	va_end(args);
}

static void name(struct facts *f, const char *what)
{
	if (f->tale->names_count < TALE_NAMES_MAX && !tale_has(f->tale, what))
		f->tale->names[f->tale->names_count++] = what;
}

bool tale_has(const struct tale *tale, const char *what)
{
	unsigned int i;

	for (i = 0; i < tale->names_count; i++)
		if (!strcmp(tale->names[i], what))
			return true;
	return false;
}

struct words {
	char text[DURATION_MAX + 1];
};

static struct words span(uint64_t from_ns, uint64_t to_ns)
{
	struct words w = { "" };

	*put_span(w.text, to_ns > from_ns ? to_ns - from_ns : 0) = '\0';
	return w;
}

static const char *side_name(const struct facts *f, unsigned int side)
{
	if (f->l->opener_known)
		return side == LADDER_LEFT ? "the client" : "the server";
	return side == LADDER_LEFT ? "the left end" : "the right end";
}

static const char *side_Name(const struct facts *f, unsigned int side)
{
	if (f->l->opener_known)
		return side == LADDER_LEFT ? "The client" : "The server";
	return side == LADDER_LEFT ? "The left end" : "The right end";
}

/* When a row happened for a side. */
static uint64_t time_at(const struct ladder_row *row, unsigned int side)
{
	if (row->kind == LADDER_SEGMENT && row->from != side && row->arrived)
		return row->arrival_ns;
	return row->time_ns;
}

/* The same segment, so many times. */
static unsigned int tries(unsigned int before, const struct ladder_row *row)
{
	return row->again + 1U > before ? row->again + 1U : before;
}

static void look_at_segment(struct facts *f, const struct ladder_row *row)
{
	unsigned int from = row->from;

	if (row->tcp_flags & TCPTRAIL_RST) {
		if (!f->rst)
			f->rst = row;
		return;
	}
	if ((row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN) {
		if (!row->sent && f->l->sides[from].end->here) {
			f->stray = row;
			return;
		}
		f->syns[from] = tries(f->syns[from], row);
		if (!f->syn[from])
			f->syn[from] = row;
	} else if (row->tcp_flags & TCPTRAIL_SYN) {
		f->synacks = tries(f->synacks, row);
		if (!f->synack)
			f->synack = row;
	}
	if (row->tcp_flags & TCPTRAIL_FIN) {
		f->fins[from] = tries(f->fins[from], row);
		if (!f->fin[from])
			f->fin[from] = row;
		f->last_fin[from] = row;
	}
}

static void look_at_states(struct facts *f, const struct ladder_row *row)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (row->guessed[side])
			continue;
		switch (row->state[side]) {
		case TCPTRAIL_ESTABLISHED:
			if (!f->established_ns[side])
				f->established_ns[side] = time_at(row, side);
			break;
		case TCPTRAIL_CLOSE_WAIT:
			f->close_wait_ns[side] = time_at(row, side);
			break;
		case TCPTRAIL_CLOSING:
			f->closing[side] = true;
			break;
		case TCPTRAIL_TIME_WAIT:
			if (row->why == LADDER_WHY_REARMED)
				f->rearms++;
			else if (!f->time_wait_ns[side])
				f->time_wait_ns[side] = time_at(row, side);
			break;
		case TCPTRAIL_CLOSE:
			f->end[side] = row;
			break;
		}
	}
	if (row->why == LADDER_WHY_GAVE_UP)
		f->gave_up = row;
}

static void collect(struct facts *f)
{
	const struct tcptrail_record *r;
	const struct ladder_row *row;
	size_t i;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++) {
		if (row->kind == LADDER_SEGMENT) {
			f->segments = true;
			look_at_segment(f, row);
		}
		look_at_states(f, row);
	}
	for (i = 0; i < f->l->talk->count; i++) {
		r = f->l->talk->records[i];
		f->last_ns = r->time_ns;
		if (r->kind == TCPTRAIL_ACCEPT)
			f->accepted_ns = r->time_ns;
	}
	f->refused = f->rst && f->syn[LADDER_LEFT] && !f->synack && f->rst->from == LADDER_RIGHT &&
		     !f->established_ns[0] && !f->established_ns[1];
}

static void tell_stray(struct facts *f)
{
	if (!f->stray)
		return;
	name(f, "stale-duplicate-syn");
	say(f,
	    "A SYN with another number than the client's arrived at the server: an old duplicate, "
	    "or a forged one.");
	if (f->rst && f->rst->from == LADDER_LEFT)
		say(f,
		    "The server took it for a new connection and answered; the client refused the "
		    "wrong acknowledgement with RST, and the server went back to LISTEN: that is "
		    "what the third step of the handshake is for.");
}

/* A SYN that was answered, and the answer refused by an end that is elsewhere. */
static bool tell_unwanted(struct facts *f)
{
	if (!f->synack || !f->rst || f->rst->from != LADDER_LEFT ||
	    f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT] || f->stray)
		return false;
	name(f, "stale-duplicate-syn");
	name(f, "reset");
	say(f,
	    "The client refused the server's SYN-ACK with RST: it knows nothing of this SYN, which "
	    "was a stale duplicate, forged, or a port scanner's; without the third step the "
	    "server would now hold a connection that nobody wants.");
	return true;
}

static void tell_tries(struct facts *f)
{
	if (f->syns[LADDER_LEFT] > 1)
		say(f, "The SYN was sent %u times.", f->syns[LADDER_LEFT]);
	if (f->synacks > 1)
		say(f, "The SYN-ACK was sent %u times.", f->synacks);
}

static bool tell_failed_open(struct facts *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	char address[ENDPOINT_MAX + 1];
	const struct talk_end *server = f->l->sides[LADDER_RIGHT].end;

	if (f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT])
		return false;
	*put_endpoint(address, server->address, server->port) = '\0';
	if (f->refused) {
		name(f, "refused");
		say(f,
		    "Nobody listens at %s: the SYN was answered with RST after %s (connection "
		    "refused).",
		    address, span(syn->time_ns, time_at(f->rst, LADDER_LEFT)).text);
		tell_tries(f);
		return true;
	}
	if (tell_unwanted(f))
		return true;
	if (syn && !f->synack && f->l->sides[LADDER_LEFT].end->here) {
		if (f->end[LADDER_LEFT] || f->syns[LADDER_LEFT] > 1) {
			name(f, "syn-unanswered");
			if (f->end[LADDER_LEFT] &&
			    f->end[LADDER_LEFT]->why == LADDER_WHY_UNREACHABLE)
				name(f, "unreachable");
			say(f, "The SYN was sent %u time%s and not answered%s%s%s.",
			    f->syns[LADDER_LEFT], f->syns[LADDER_LEFT] == 1 ? "" : "s",
			    f->end[LADDER_LEFT] ? "; it was given up after " : "",
			    f->end[LADDER_LEFT] ?
				    span(syn->time_ns, f->end[LADDER_LEFT]->time_ns).text :
				    "",
			    tale_has(f->tale, "unreachable") ?
				    "" :
				    ": a filter drops it, or the host is down");
			return true;
		}
	}
	if (f->synack && f->gave_up) {
		name(f, "request-expired");
		say(f,
		    "The server sent its SYN-ACK %u time%s and got no answer; after %s it forgot "
		    "the request.",
		    f->synacks, f->synacks == 1 ? "" : "s",
		    span(f->l->start_ns, f->gave_up->time_ns).text);
		return true;
	}
	return false;
}

/* ", curl[812]," after "The client" */
static void tell_owner(const struct facts *f, unsigned int side, char *to, size_t size)
{
	const struct ladder_side *s = &f->l->sides[side];

	if (s->pid)
		snprintf(to, size, ", %s[%u],", s->comm, s->pid);
	else
		to[0] = '\0';
}

static void tell_open(struct facts *f)
{
	uint64_t left_ns = f->established_ns[LADDER_LEFT];
	uint64_t right_ns = f->established_ns[LADDER_RIGHT];
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	const struct ladder_side *server = &f->l->sides[LADDER_RIGHT];
	char client[40], to[40] = "";

	if (!syn || (!left_ns && !right_ns))
		return;
	tell_owner(f, LADDER_LEFT, client, sizeof(client));
	if (server->pid)
		snprintf(to, sizeof(to), " to %s[%u]", server->comm, server->pid);
	if (f->syn[LADDER_RIGHT]) {
		name(f, "simultaneous-open");
		say(f,
		    "Both ends sent a SYN before the other's arrived: a simultaneous open (RFC 9293, "
		    "3.5), one connection with two active openers.");
	} else {
		name(f, "three-way-handshake");
	}
	if (left_ns && right_ns)
		say(f,
		    "%s%s opened it%s: the handshake took %s for the client and %s for the server.",
		    side_Name(f, LADDER_LEFT), client, to, span(syn->time_ns, left_ns).text,
		    span(time_at(syn, LADDER_RIGHT), right_ns).text);
	else
		say(f, "%s%s opened it%s: the handshake took %s%s.", side_Name(f, LADDER_LEFT),
		    client, to, span(syn->time_ns, left_ns ? left_ns : right_ns).text,
		    left_ns ? "" : ", as the server saw it");
	tell_tries(f);
	if (f->accepted_ns && right_ns && f->accepted_ns > right_ns + ACCEPT_WAIT_NS)
		say(f, "It waited %s in the accept queue.", span(right_ns, f->accepted_ns).text);
	if (!f->accepted_ns && right_ns && f->last_ns > right_ns + ACCEPT_WAIT_NS &&
	    server->end->begun && !f->l->talk->lossy && !f->syn[LADDER_RIGHT]) {
		name(f, "never-accepted");
		say(f, "Nobody has accepted it.");
	}
}

static void tell_reset(struct facts *f)
{
	unsigned int from;
	char owner[40];

	if (!f->rst || f->refused || tale_has(f->tale, "stale-duplicate-syn"))
		return;
	from = f->rst->from;
	name(f, "reset");
	name(f, from == LADDER_LEFT ? "reset-by-client" : "reset-by-server");
	tell_owner(f, from, owner, sizeof(owner));
	if (f->fin[!from] && !f->fin[from])
		say(f,
		    "%s%s answered the other end's FIN, or what it sent after it, with RST: it was "
		    "closed with data unread, or its process was gone.",
		    side_Name(f, from), owner);
	else
		say(f,
		    "%s%s ended it with RST: closed with data unread or with linger 0, or data came "
		    "for a socket that nobody held any more.",
		    side_Name(f, from), owner);
}

/* Was the first FIN acknowledged by a segment of its own before the second one? */
static bool acked_apart(const struct facts *f, unsigned int first)
{
	const struct ladder_row *row;

	for (row = f->fin[first] + 1; row < f->l->rows + f->l->count; row++) {
		if (row == f->fin[!first])
			return false;
		if (row->state[first] == TCPTRAIL_FIN_WAIT2)
			return true;
		if (row->kind == LADDER_SEGMENT && row->from != first && !row->lost &&
		    (row->tcp_flags & (TCPTRAIL_ACK | TCPTRAIL_FIN | TCPTRAIL_SYN)) == TCPTRAIL_ACK)
			return true;
	}
	return false;
}

static void tell_half_close(struct facts *f, unsigned int first)
{
	uint64_t begin = time_at(f->fin[first], !first), end = time_at(f->fin[!first], !first);

	if (f->l->sides[!first].end->here && f->close_wait_ns[!first])
		begin = f->close_wait_ns[!first];
	else
		end = time_at(f->fin[!first], first);
	if (end <= begin || end - begin < HALF_CLOSE_NS)
		return;
	name(f, "half-close");
	say(f, "For %s it was half closed: %s could still send.", span(begin, end).text,
	    side_name(f, !first));
}

static void tell_close(struct facts *f)
{
	bool both = f->fin[0] && f->fin[1];
	unsigned int first;
	char owner[40];

	if (!f->fin[0] && !f->fin[1])
		return;
	first = !f->fin[0] || (f->fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);
	tell_owner(f, first, owner, sizeof(owner));
	if (f->closing[0] || f->closing[1]) {
		name(f, "simultaneous-close");
		say(f,
		    "Both ends closed before the other's FIN arrived: a simultaneous close, through "
		    "CLOSING.");
		return;
	}
	if (!both) {
		say(f, "%s%s closed; %s has not%s.", side_Name(f, first), owner,
		    side_name(f, !first), f->rst ? ", it was reset" : " so far");
		return;
	}
	if (acked_apart(f, first)) {
		name(f, "four-way-teardown");
		say(f, "%s%s closed first: FIN, ACK, FIN, ACK, the four-way teardown, in %s.",
		    side_Name(f, first), owner,
		    span(f->fin[first]->time_ns, time_at(f->fin[!first], first)).text);
	} else {
		name(f, "three-segment-teardown");
		say(f,
		    "%s%s closed first; %s's FIN carried the ACK with it, so that three segments "
		    "did, in %s.",
		    side_Name(f, first), owner, side_name(f, !first),
		    span(f->fin[first]->time_ns, time_at(f->fin[!first], first)).text);
	}
	tell_half_close(f, first);
}

static void tell_fin_tries(struct facts *f)
{
	unsigned int side,
		first = !f->fin[0] || (f->fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);

	for (side = 0; side < 2; side++) {
		if (f->fins[side] < 2)
			continue;
		if (side != first && f->time_wait_ns[first] && !f->fin[side]->lost) {
			name(f, "lost-last-ack");
			say(f,
			    "The last ACK was lost: %s sent its FIN %u times, and %s answered again "
			    "from TIME-WAIT%s. That is what TIME-WAIT lasts 2 MSL for.",
			    side_name(f, side), f->fins[side], side_name(f, first),
			    f->rearms ? ", which began anew" : "");
		} else {
			name(f, "fin-retransmitted");
			say(f, "%s sent its FIN %u times.", side_Name(f, side), f->fins[side]);
		}
	}
}

static void tell_rest(struct facts *f)
{
	unsigned int side;
	const struct ladder_row *end;

	for (side = 0; side < 2; side++) {
		end = f->end[side];
		if (f->time_wait_ns[side]) {
			if (!end)
				say(f, "%s is in TIME-WAIT.", side_Name(f, side));
			else if (end->why == LADDER_WHY_REUSED)
				say(f, "%s's TIME-WAIT made room for a new connection after %s.",
				    side_Name(f, side),
				    span(f->time_wait_ns[side], end->time_ns).text);
			else
				say(f, "%s was in TIME-WAIT for %s.", side_Name(f, side),
				    span(f->time_wait_ns[side], time_at(end, side)).text);
			if (end && end->why == LADDER_WHY_REUSED)
				name(f, "time-wait-reuse");
		} else if (end && end->why == LADDER_WHY_FIN_TIMEOUT) {
			name(f, "fin-wait2-timeout");
			say(f,
			    "%s waited for the other's FIN in vain; the kernel dropped what nobody held "
			    "any more (net.ipv4.tcp_fin_timeout).",
			    side_Name(f, side));
		} else if (end && end->why == LADDER_WHY_GAVE_UP && f->established_ns[side]) {
			name(f, "timed-out");
			say(f, "%s gave up: what it sent was not acknowledged.",
			    side_Name(f, side));
		} else if (end && end->why == LADDER_WHY_UNREACHABLE) {
			name(f, "unreachable");
			say(f,
			    "%s was told that the other cannot be reached (by ICMP, or no "
			    "neighbour has the address).",
			    side_Name(f, side));
		} else if (end && end->why == LADDER_WHY_KILLED) {
			name(f, "killed");
			say(f, "%s's socket was destroyed from outside (ss -K).",
			    side_Name(f, side));
		}
	}
}

void tale_tell(struct tale *tale, const struct ladder *ladder)
{
	struct facts f = { .l = ladder, .tale = tale };

	*tale = (struct tale){ 0 };
	collect(&f);
	if (!ladder->talk->ends[0].begun && !ladder->talk->ends[1].begun && !f.syn[0] && !f.syn[1])
		say(&f, "Its beginning is not on record.");
	if (!f.segments)
		say(&f, "No segment of it is on record, only states (segments may be turned off).");
	tell_stray(&f);
	if (!tell_failed_open(&f))
		tell_open(&f);
	tell_close(&f);
	tell_fin_tries(&f);
	tell_reset(&f);
	tell_rest(&f);
	if (ladder->talk->lossy)
		say(&f, "The trail has lost records meanwhile: steps may be missing here.");
}

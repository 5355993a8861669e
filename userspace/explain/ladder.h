/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ladder: a conversation as the rows of a textbook's diagram. Left is the active
 * opener, right the passive one; a segment that one end sent and the other
 * received is one row with both times.
 */
#ifndef EXPLAIN_LADDER_H
#define EXPLAIN_LADDER_H

#include "userspace/conn/pair.h"
#include "userspace/explain/conversation.h"

#define LADDER_LEFT 0
#define LADDER_RIGHT 1

enum ladder_kind {
	LADDER_SEGMENT, /* an arrow */
	LADDER_ARRIVAL, /* the head of an arrow that was drawn rows before */
	LADDER_STATE, /* nothing but a change of state */
	LADDER_DATA, /* what flowed between handshake and teardown, or after the first FIN */
};

/* Why a state changed without a segment; ladder_row.why */
enum ladder_why {
	LADDER_WHY_NONE = 0,
	LADDER_WHY_2MSL, /* TIME-WAIT was over */
	LADDER_WHY_FIN_TIMEOUT, /* FIN-WAIT-2 without a holder was over */
	LADDER_WHY_REUSED, /* a local connect() took the addresses over */
	LADDER_WHY_SYN, /* a SYN did */
	LADDER_WHY_DATA, /* data came for FIN-WAIT-2 that nobody held */
	LADDER_WHY_GAVE_UP, /* retransmissions went unanswered */
	LADDER_WHY_USER_TIMEOUT, /* TCP_USER_TIMEOUT was over */
	LADDER_WHY_KEEPALIVE, /* keepalive probes went unanswered */
	LADDER_WHY_WINDOW, /* probes of a closed window went unanswered */
	LADDER_WHY_UNSENT, /* bytes waited, and were not sent */
	LADDER_WHY_REJECTED, /* refused, but by no RST */
	LADDER_WHY_UNREACHABLE,
	LADDER_WHY_KILLED,
	LADDER_WHY_NETNS,
	LADDER_WHY_LISTENER,
	LADDER_WHY_ABANDONED, /* closed before it was established */
	LADDER_WHY_REARMED, /* 2 MSL start again */
	LADDER_WHY_FOUND, /* a snapshot found it so: it is older than the trail */
	LADDER_WHY_NO_PORT, /* connect() got no source port */
	LADDER_WHY_FAILED, /* connect() failed, for that or another reason */
	LADDER_WHY_DROPPED, /* a request, and by no RST */
	LADDER_WHYS,
};

/* A segment without news, not even a number: it asks whether the other end is there */
enum ladder_probe {
	LADDER_NO_PROBE = 0,
	LADDER_PROBE, /* keepalive, or of a closed window */
	LADDER_PROBE_KEEPALIVE,
	LADDER_PROBE_WINDOW,
};

/**
 * struct ladder_row - one row
 * @kind: enum ladder_kind
 * @from: who sent it; for LADDER_STATE and LADDER_ARRIVAL whose it is
 * @tcp_flags: of the segment
 * @again: this many times before was the same sent
 * @lost: it was sent and never arrived
 * @inferred: it is not on record: what came after it proves it
 * @probe: enum ladder_probe
 * @why: enum ladder_why
 * @time_ns: when it was sent, or when it arrived if only that is known
 * @half_closed: LADDER_DATA after the first FIN
 * @stray: it arrived, and the end that it names, which is here, has not sent it
 * @no_socket: it was sent here, in the name of no socket
 * @foreign_netns: it was sent here, but in this network namespace, not in that of its end
 * @fast: SYN-ACK of a whole socket, not of a request: a simultaneous open, or Fast Open
 * @sent: @time_ns is when it was sent
 * @arrived: @arrival_ns is known
 * @arrival_ns: when it arrived
 * @seq: of the segment
 * @ack: likewise
 * @len: payload bytes
 * @bytes: LADDER_DATA: what each side sent
 * @state: what each side is in from here, 0: as before
 * @guessed: that is inferred from what it sent
 */
struct ladder_row {
	uint8_t kind;
	uint8_t from;
	uint8_t tcp_flags;
	uint8_t again;
	bool lost;
	bool inferred;
	uint8_t probe;
	bool half_closed;
	bool stray;
	bool no_socket;
	bool fast;
	uint8_t why;
	uint32_t foreign_netns;
	bool sent;
	bool arrived;
	uint64_t time_ns;
	uint64_t arrival_ns;
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
	uint64_t bytes[2];
	uint8_t state[2];
	bool guessed[2];
};

/**
 * struct ladder_side - one column
 * @end: its address and what is known of it
 * @isn: initial sequence number, if @has_isn
 * @fin: sequence number of its FIN, if @has_fin
 * @stray: another initial sequence number of the same ends, if @has_stray: of a
 *	stale SYN, or of the answer to it
 */
struct ladder_side {
	const struct conversation_end *end;
	bool has_isn;
	bool has_fin;
	bool has_stray;
	uint32_t isn;
	uint32_t fin;
	uint32_t stray;
};

/**
 * struct ladder - the whole picture
 * @sides: LADDER_LEFT, LADDER_RIGHT
 * @rows: in the order of their times
 * @count: how many
 * @opener_known: left is known to be the active opener
 * @start_ns: time of the first row
 * @listening: right was a listener when it began
 * @half_closed_bytes: what was still sent after the first FIN, by the other end, if
 *	@half_closed_known
 * @pair: the tracker's connection; count 0: the tracker knows no end of it
 * @conversation: where it comes from
 */
struct ladder {
	struct ladder_side sides[2];
	struct ladder_row *rows;
	size_t count;
	size_t room;
	bool opener_known;
	bool listening;
	bool half_closed_known;
	uint64_t half_closed_bytes;
	uint64_t start_ns;
	struct conn_pair pair;
	const struct conversation *conversation;
};

/** ladder_build() - 0 or -ENOMEM; @conversation has to outlive it */
int ladder_build(struct ladder *ladder, const struct conversation *conversation);

void ladder_free(struct ladder *ladder);

/** ladder_has_flag() - has an end of it that is here this one of CONN_*? */
static inline bool ladder_has_flag(const struct ladder *ladder, uint32_t flag)
{
	return (ladder->pair.count > 0 && ladder->pair.ends[0].c->flags & flag) ||
	       (ladder->pair.count > 1 && ladder->pair.ends[1].c->flags & flag);
}

/** ladder_has_begun() - is the first step of this side's connection on record? */
static inline bool ladder_has_begun(const struct ladder *ladder, unsigned int side)
{
	const struct conn *c = ladder->sides[side].end->conn;

	return c && !(c->flags & CONN_FOUND);
}

#endif

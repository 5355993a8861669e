/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A survey: the numbers of a live screen, taken at each look at a model: how many
 * connection ends are in which state, how many came there since the last look, the
 * times of handshakes, what was sent again. Of all of them, or of those that are
 * wanted.
 *
 * A look passes over all connections once.
 */
#ifndef MODEL_SURVEY_H
#define MODEL_SURVEY_H

#include "userspace/model/flows.h"
#include "userspace/model/window.h"

#define SURVEY_STATES (TCPTRAIL_NEW_SYN_RECV + 1)

/** enum survey_span - of what the percentiles are kept */
enum survey_span {
	SURVEY_CLIENT, /* connect() to ESTABLISHED */
	SURVEY_SERVER, /* the SYN to ESTABLISHED */
	SURVEY_ACCEPT, /* ESTABLISHED to accept() */
	SURVEY_SPANS,
};

/** enum survey_again - what is sent again when it is not answered */
enum survey_again {
	SURVEY_SYN,
	SURVEY_SYN_ACK,
	SURVEY_FIN,
	SURVEY_AGAINS,
};

/**
 * struct survey_totals - since the survey began; they never go back
 * @entered: how often a state was entered
 * @opened: handshakes that were completed
 * @ended: lives that ended
 * @again: by enum survey_again
 * @resets: RSTs by direction: TCPTRAIL_IN, TCPTRAIL_OUT
 * @records: fed in all
 * @lost: records that the trail lost
 */
struct survey_totals {
	uint64_t entered[SURVEY_STATES];
	uint64_t opened;
	uint64_t ended;
	uint64_t again[SURVEY_AGAINS];
	uint64_t resets[2];
	uint64_t records;
	uint64_t lost;
};

/**
 * struct survey - zero at the start, but for what its maker sets
 * @wanted: does this connection count, when in this state? NULL: all do. Its maker
 *	sets it
 * @arg: for that; likewise
 * @states: how many are in it now; a request's NEW_SYN_RECV counts as SYN_RECV
 * @total: @states in sum, listeners included
 * @totals: up to now
 * @ended_again: sent again by those that have ended; @totals.again has the living, too
 * @windows: the last minute's times, by enum survey_span
 * @flows: who opens to whom
 * @newest_ns: what is older has been surveyed
 * @now_ns: when the last look was taken
 * @look_ns: when those before it were, the oldest first; 0: there was none
 */
struct survey {
	bool (*wanted)(void *arg, const struct model *model, const struct conn *conn,
		       uint8_t state);
	void *arg;
	uint64_t states[SURVEY_STATES];
	uint64_t total;
	struct survey_totals totals;
	uint64_t ended_again[SURVEY_AGAINS];
	struct window windows[SURVEY_SPANS];
	struct flows flows;
	uint64_t newest_ns;
	uint64_t now_ns;
	uint64_t look_ns[FLOWS_LOOKS];
};

/** survey_records() - what was just fed to @model */
void survey_records(struct survey *s, const struct model *model,
		    const struct tcptrail_record *records, size_t count);

/** survey_ended() - for model_config.ended */
void survey_ended(struct survey *s, const struct model *model, const struct conn *conn);

/** survey_look() - take the numbers of @now_ns, by the trail's clock */
void survey_look(struct survey *s, const struct model *model, uint64_t now_ns);

/** survey_recent_ns() - how long the looks took that flow_recent() is about; 0: no look before */
uint64_t survey_recent_ns(const struct survey *s);

/** survey_restart() - others are wanted now: forget what was counted of those before */
void survey_restart(struct survey *s);

#endif

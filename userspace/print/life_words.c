// SPDX-License-Identifier: GPL-2.0
/*
 * What the column END says, and which of two ends does what: words for the answer that
 * conn/ending.c gives.
 */
#include "userspace/explain/ending_words.h"
#include "userspace/print/life_out.h"
#include "userspace/base/names.h"

/** enum who - the end that did something, as it is called in the text */
enum who {
	WHO_CLIENT,
	WHO_SERVER,
	WHO_US,
	WHO_PEER,
};

static const char *const who_names[] = {
	[WHO_CLIENT] = "the client",
	[WHO_SERVER] = "the server",
	[WHO_US] = "this end",
	[WHO_PEER] = "the peer",
};

/* End @i, or with @other its other end. */
static enum who who(const struct conn_pair *pair, unsigned int i, bool other)
{
	if (pair->count == 1)
		return other ? WHO_PEER : WHO_US;
	return (i == 1) != other ? WHO_SERVER : WHO_CLIENT;
}

static enum who closer(const struct conn_pair *pair, unsigned int i)
{
	return who(pair, i, pair->ends[i].timing.closer == CONN_CLOSER_PEER);
}

const struct task *life_owner(const struct tracker *tracker, const struct conn *c)
{
	return tracker_task(tracker, c->opener ? c->opener : c->owner);
}

static const char *closed_word(const struct conn_pair *pair, unsigned int i)
{
	static const char *const words[] = { "client closed", "server closed", "closed by us",
					     "closed by peer" };

	if (pair->ends[i].timing.closer == CONN_CLOSER_NONE)
		return "closed";
	if (pair->ends[i].timing.closer == CONN_CLOSER_BOTH)
		return "closed by both";
	return words[closer(pair, i)];
}

static const char *reset_word(enum who by)
{
	static const char *const words[] = { "client reset", "server reset", "reset by us" };

	return words[by];
}

static const char *unanswered_word(const struct conn *c)
{
	if (c->state == TCPTRAIL_SYN_SENT && ending_is_unheard(c))
		return "never answered";
	return c->state == TCPTRAIL_NEW_SYN_RECV ? "expired" : "timed out";
}

const char *life_end_word(uint8_t end)
{
	static const char *const words[CONN_ENDS] = {
		[CONN_LIVES] = "alive",
		[CONN_NORMAL] = "closed",
		[CONN_RESET_IN] = "RST received",
		[CONN_RESET_OUT] = "reset by us",
		[CONN_REFUSED] = "refused",
		[CONN_UNANSWERED] = "not answered",
		[CONN_UNREACHABLE] = "unreachable",
		[CONN_ABANDONED] = "given up",
		[CONN_FIN_TIMEOUT] = "no FIN came",
		[CONN_REUSED] = "reused",
		[CONN_KILLED] = "killed",
		[CONN_LISTENER_GONE] = "listener gone",
		[CONN_NETNS_GONE] = "netns gone",
		[CONN_UNSEEN] = "end not seen",
		[CONN_EVICTED] = "dropped",
		[CONN_DROPPED] = "SYN dropped",
		[CONN_SILENT] = "closed silently",
		[CONN_NO_PORT] = "no source port",
		[CONN_RESET] = "reset",
		[CONN_FAILED] = "connect failed",
	};

	return words[end < CONN_ENDS ? end : CONN_UNSEEN];
}

const char *life_word(const struct conn_pair *pair)
{
	unsigned int i;
	struct ending e = ending_of_pair(pair, &i);
	const struct conn *c = pair->ends[i].c;

	if (ending_is_orderly(c) && e.how != CONN_REUSED)
		return closed_word(pair, i);
	switch (e.how) {
	case CONN_LIVES:
		return state_name(c->state);
	case CONN_RESET_IN:
		return e.by == ENDING_BY_BETWEEN ? "reset between" :
		       e.by == ENDING_BY_HOST	 ? "reset by host" :
		       e.by == ENDING_BY_PEER	 ? reset_word(who(pair, i, true)) :
						   life_end_word(e.how);
	case CONN_RESET_OUT:
		if (c->why == CONN_WHY_UNREAD && pair->count == 1)
			return "reset, unread";
		return reset_word(who(pair, i, false));
	case CONN_FIN_TIMEOUT:
		if (c->why == CONN_WHY_NO_TIME_WAIT)
			return "no TIME-WAIT";
		break;
	case CONN_UNANSWERED:
		return unanswered_word(c);
	}
	return life_end_word(c->end);
}

void life_sentence(struct buf *out, const struct conn_pair *pair)
{
	const char *const names[2] = { who_names[who(pair, 0, false)],
				       who_names[who(pair, 0, true)] };
	unsigned int end;

	ending_of_pair(pair, &end);
	ending_sentence(out, pair, end, names);
}

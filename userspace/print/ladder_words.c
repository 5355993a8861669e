// SPDX-License-Identifier: GPL-2.0
/* What is written on a ladder, as text or as a picture. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/time.h"
#include "userspace/print/ladder_words.h"
#include "userspace/base/names.h"

static const struct {
	const char *key;
	const char *text;
} whys[LADDER_WHYS] = {
	[LADDER_WHY_2MSL] = { "2msl", "2 MSL are over" },
	[LADDER_WHY_FIN_TIMEOUT] = { "fin_timeout", "no FIN came (tcp_fin_timeout)" },
	[LADDER_WHY_REUSED] = { "reused", "a connect() took the port over" },
	[LADDER_WHY_SYN] = { "syn", "a new SYN took over" },
	[LADDER_WHY_DATA] = { "data", "data came for nobody" },
	[LADDER_WHY_GAVE_UP] = { "gave_up", "no answer: given up" },
	[LADDER_WHY_USER_TIMEOUT] = { "user_timeout", "no answer: TCP_USER_TIMEOUT" },
	[LADDER_WHY_KEEPALIVE] = { "keepalive", "no answer to keepalive probes" },
	[LADDER_WHY_WINDOW] = { "window", "window stayed closed" },
	[LADDER_WHY_UNSENT] = { "unsent", "could not send: given up" },
	[LADDER_WHY_REJECTED] = { "rejected", "rejected (ICMP)" },
	[LADDER_WHY_UNREACHABLE] = { "unreachable", "unreachable (ICMP)" },
	[LADDER_WHY_KILLED] = { "killed", "destroyed (ss -K)" },
	[LADDER_WHY_NETNS] = { "netns", "its namespace is gone" },
	[LADDER_WHY_LISTENER] = { "listener", "its listener is gone" },
	[LADDER_WHY_ABANDONED] = { "abandoned", "given up by its process" },
	[LADDER_WHY_FOUND] = { "found", "found so, older than the trail" },
	[LADDER_WHY_REARMED] = { "rearmed", "2 MSL begin anew" },
	[LADDER_WHY_NO_PORT] = { "no_port", "no source port: not sent" },
	[LADDER_WHY_DROPPED] = { "dropped", "dropped (ICMP, or ss -K)" },
};

const char *ladder_why_key(uint8_t why)
{
	return why < LADDER_WHYS ? whys[why].key : NULL;
}

const char *ladder_why_text(uint8_t why)
{
	return why < LADDER_WHYS ? whys[why].text : NULL;
}

void ladder_label(char *to, const struct ladder_style *style, const struct ladder *l,
		  const struct ladder_row *row, size_t room)
{
	bool closing = row->tcp_flags & (TCPTRAIL_FIN | TCPTRAIL_RST);
	uint8_t shown = row->tcp_flags &
			(TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST | TCPTRAIL_ACK);
	char flags[TCP_FLAGS_MAX + 1],
		seq[LADDER_NUMBER_MAX + 5] = "", ack[LADDER_NUMBER_MAX + 5] = "", data[32] = "";
	static const char *const probes[] = { "", " probe", " keepalive probe", " window probe" };
	const char *mark = row->probe ? probes[row->probe] :
			   row->stray ? " stray" :
			   row->again ? " again" :
					"";

	*put_tcp_flags(flags, shown) = '\0';
	if (shown != TCPTRAIL_ACK) {
		strcpy(seq, " seq=");
		if (style->absolute)
			snprintf(seq + 5, LADDER_NUMBER_MAX, "%u", row->seq);
		else
			ladder_number(seq + 5, l, row->from, row->seq, closing ? 0 : LADDER_NO_FIN);
	}
	if (shown & TCPTRAIL_ACK) {
		strcpy(ack, " ack=");
		if (style->absolute)
			snprintf(ack + 5, LADDER_NUMBER_MAX, "%u", row->ack);
		else
			ladder_number(ack + 5, l, !row->from, row->ack, 1);
	}
	if (row->tcp_flags & TCPTRAIL_SYN && row->len)
		snprintf(data, sizeof(data), " %u bytes", row->len);
	snprintf(to, LADDER_LABEL_MAX, "%s%s%s%s%s", flags, seq, ack, data, mark);
	if (strlen(to) <= room)
		return;
	/* Big numbers: which is which, their order tells. */
	snprintf(to, LADDER_LABEL_MAX, "%s%s%s%s%s%s", flags, *seq ? " " : "", *seq ? seq + 5 : "",
		 *ack ? " " : "", *ack ? ack + 5 : "", mark);
	if (strlen(to) > room)
		snprintf(to, LADDER_LABEL_MAX, "%s%s", flags, mark);
}

void ladder_state(char *to, const struct ladder_row *row, unsigned int side)
{
	uint8_t state = row->state[side];

	snprintf(to, LADDER_STATE_MAX, "%s%s",
		 !state			 ? "" :
		 state == TCPTRAIL_CLOSE ? "CLOSED" :
					   state_name(state),
		 row->guessed[side] ? "?" : "");
}

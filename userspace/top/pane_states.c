// SPDX-License-Identifier: GPL-2.0
/* How many sockets are in which state, how often it is entered, and how that was before. */
#include "userspace/base/array.h"
#include "userspace/base/names.h"
#include "userspace/top/panes.h"

/* Columns: state, sockets, entered a second, and what is left for graphs. */
#define NAME_WIDTH 12
#define NOW_WIDTH 9
#define RATE_WIDTH 8
#define GRAPHS (NAME_WIDTH + NOW_WIDTH + RATE_WIDTH + 1)
#define TWO_GRAPHS 60 /* from so many columns up there is room for both */

/* In the order of a life, and the style of one that somebody is in. */
static const struct {
	uint8_t state;
	enum grid_style style;
} states[STATES_ROWS - 1] = {
	{ TCPTRAIL_LISTEN, GRID_PLAIN },    { TCPTRAIL_SYN_SENT, GRID_PLAIN },
	{ TCPTRAIL_SYN_RECV, GRID_PLAIN },  { TCPTRAIL_ESTABLISHED, GRID_GOOD },
	{ TCPTRAIL_FIN_WAIT1, GRID_WARN },  { TCPTRAIL_FIN_WAIT2, GRID_WARN },
	{ TCPTRAIL_CLOSE_WAIT, GRID_WARN }, { TCPTRAIL_LAST_ACK, GRID_WARN },
	{ TCPTRAIL_CLOSING, GRID_WARN },    { TCPTRAIL_TIME_WAIT, GRID_PLAIN },
};

void pane_states(const struct area *a, struct top *top)
{
	enum grid_style head = pane_style(&top->ui, UI_STATES);
	int width = a->width - GRAPHS, second = width >= TWO_GRAPHS ? width / 2 : 0, x;

	width -= second + !!second;
	pane_head(a, &top->ui, UI_STATES, "STATE");
	x = area_right(a, NAME_WIDTH, 0, NOW_WIDTH, head, "NOW");
	area_right(a, x, 0, RATE_WIDTH, head, "IN/S");
	area_right(a, GRAPHS, 0, width, head, "SOCKETS");
	if (second)
		area_right(a, a->width - second, 0, second, head, "IN/S");
	for (int i = 0; i < STATES_ROWS - 1; i++) {
		uint8_t state = states[i].state;
		uint64_t now = top->activity.states[state];
		const struct rate *entered = &top->numbers.entered[state];

		area_column(a, 0, i + 1, NAME_WIDTH, now ? states[i].style : GRID_DIM,
			    state_name(state));
		x = area_count(a, NAME_WIDTH, i + 1, NOW_WIDTH, states[i].style, now);
		area_rate(a, x, i + 1, RATE_WIDTH, GRID_PLAIN, top, entered->milli);
		area_spark(a, GRAPHS, i + 1, width, &top->numbers.sockets[state]);
		area_spark(a, a->width - second, i + 1, second, &entered->graph);
	}
}

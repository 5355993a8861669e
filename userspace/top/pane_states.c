// SPDX-License-Identifier: GPL-2.0
/* How many sockets are in which state, how often it is entered, and how that was before. */
#include "userspace/top/panes.h"
#include "userspace/base/names.h"

/* Columns: state, sockets, entered a second, and what is left for graphs. */
#define NAME_WIDTH 12
#define NOW_WIDTH 9
#define RATE_WIDTH 8
#define GRAPHS (NAME_WIDTH + NOW_WIDTH + RATE_WIDTH + 1)
#define TWO_GRAPHS 60 /* from so many columns up there is room for both */

/* In the order of a life. */
static const uint8_t states[STATES_ROWS - 1] = {
	TCPTRAIL_LISTEN,    TCPTRAIL_SYN_SENT,	TCPTRAIL_SYN_RECV,   TCPTRAIL_ESTABLISHED,
	TCPTRAIL_FIN_WAIT1, TCPTRAIL_FIN_WAIT2, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK,
	TCPTRAIL_CLOSING,   TCPTRAIL_TIME_WAIT,
};

static enum grid_style style_of(uint8_t state, uint64_t now)
{
	if (!now)
		return GRID_DIM;
	switch (state) {
	case TCPTRAIL_ESTABLISHED:
		return GRID_GOOD;
	case TCPTRAIL_CLOSE_WAIT:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_FIN_WAIT2:
		return GRID_WARN;
	}
	return GRID_PLAIN;
}

static void put_state(const struct area *a, int y, const struct view *v, uint8_t state)
{
	const struct view_state *s = &v->states[state];
	enum grid_style style = style_of(state, s->now);
	int width = a->width - GRAPHS, second = width >= TWO_GRAPHS ? width / 2 : 0;
	char number[NUMBER_MAX];

	area_column(a, 0, y, NAME_WIDTH, style, state_name(state));
	area_right(a, NAME_WIDTH, y, NOW_WIDTH, style, number_count(number, s->now, NOW_WIDTH));
	if (!v->rates)
		area_right(a, NAME_WIDTH + NOW_WIDTH, y, RATE_WIDTH, GRID_DIM, "-");
	else if (v->updates > 1)
		area_right(a, NAME_WIDTH + NOW_WIDTH, y, RATE_WIDTH,
			   s->entered.milli ? GRID_PLAIN : GRID_DIM,
			   number_rate(number, s->entered.milli, RATE_WIDTH - 1));
	area_spark(a, GRAPHS, y, width - second - !!second, GRID_GRAPH, &s->graph);
	if (second)
		area_spark(a, a->width - second, y, second, GRID_GRAPH, &s->entered.graph);
}

void pane_states(const struct area *a, const struct view *v, const struct ui_state *l)
{
	enum grid_style style = pane_head(a, l, UI_STATES);
	int width = a->width - GRAPHS, second = width >= TWO_GRAPHS ? width / 2 : 0;

	pane_title(a, style, UI_STATES, "STATE");
	area_right(a, NAME_WIDTH, 0, NOW_WIDTH, style, "NOW");
	area_right(a, NAME_WIDTH + NOW_WIDTH, 0, RATE_WIDTH, style, "IN/S");
	area_right(a, GRAPHS, 0, width - second - !!second, style, "SOCKETS");
	if (second)
		area_right(a, a->width - second, 0, second, style, "IN/S");
	for (int i = 0; i < STATES_ROWS - 1; i++)
		put_state(a, i + 1, v, states[i]);
}

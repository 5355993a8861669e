// SPDX-License-Identifier: GPL-2.0
/*
 * A record as a line for people. Millions of lines are printed, so a line is put together in
 * place: states with their colours and padding are made once (line_state), and the clock is
 * asked once a second.
 */
#include "userspace/print/line.h"

#include "userspace/base/duration.h"
#include "userspace/base/names.h"
#include "userspace/base/text.h"

#define LINE_MAX_BYTES 1024 /* all that one line can come to, colours included */
#define STATE_WIDTH 12
#define EVENT_WIDTH (STATE_WIDTH + 3 + STATE_WIDTH) /* old state, arrow, new state */

#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

static char *paint(const struct line *l, char *p, const char *color)
{
	return l->color && *color ? put_str(p, color) : p;
}

static const char *state_color(uint8_t state)
{
	switch (state) {
	case TCPTRAIL_ESTABLISHED:
		return GREEN;
	case TCPTRAIL_CLOSE_WAIT:
		return RED;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_FIN_WAIT2:
	case TCPTRAIL_CLOSING:
	case TCPTRAIL_LAST_ACK:
		return YELLOW;
	case TCPTRAIL_TIME_WAIT:
		return CYAN;
	case TCPTRAIL_CLOSE:
		return DIM;
	default:
		return "";
	}
}

static char *put_arrow(const struct line *l, char *p)
{
	return put_str(p, l->ascii ? " > " : " → ");
}

/* Bytes and columns differ where there are arrows and colours: so each state pads itself. */
static char *put_any_state(const struct line *l, char *p, uint8_t state)
{
	const char *color = state_color(state);
	char *start;

	p = paint(l, p, color);
	start = p;
	p = put_str(p, state_name(state));
	p = put_pad(p, start + STATE_WIDTH);
	return *color ? paint(l, p, PLAIN) : p;
}

static void prepare(struct line *l)
{
	for (uint8_t i = 0; i < LINE_STATES; i++) {
		char text[64];

		l->states[i].len = (uint8_t)(put_any_state(l, text, i) - text);
		memcpy(l->states[i].text, text, l->states[i].len);
	}
	l->prepared = true;
}

static char *put_state(const struct line *l, char *p, uint8_t state)
{
	if (state >= LINE_STATES)
		return put_any_state(l, p, state);
	memcpy(p, l->states[state].text, sizeof(l->states[state].text));
	return p + l->states[state].len;
}

static char *put_word(char *p, const char *word)
{
	*p++ = ' ';
	return put_str(p, word);
}

static char *put_number(char *p, const char *name, uint64_t n)
{
	p = put_word(p, name);
	return put_u64(p, n);
}

static char *put_error(char *p, unsigned int error)
{
	const char *name = error_key(error);

	return name ? put_word(p, name) : put_number(p, "error ", error);
}

/* What a transition that looks like another one really is. */
static const char *what(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	switch (r->kind) {
	case TCPTRAIL_ACCEPT:
		return "accepted";
	case TCPTRAIL_SNAPSHOT:
		return "found";
	case TCPTRAIL_TIMEWAIT:
		if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT)
			return "re-armed";
		return t->new_state == TCPTRAIL_FIN_WAIT2 ? "minisocket" : NULL;
	default:
		return NULL;
	}
}

/* Nobody holds it: in these states that is because accept() has not taken it yet. */
static bool is_open(uint8_t state)
{
	return state == TCPTRAIL_SYN_RECV || state == TCPTRAIL_ESTABLISHED ||
	       state == TCPTRAIL_CLOSE_WAIT;
}

static char *put_transition(struct line *l, char *p, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	const char *word = what(r);

	p = put_state(l, p, t->old_state);
	p = put_arrow(l, p);
	p = put_state(l, p, t->new_state);
	p = put_line_ends(p, l->ends, r);
	if (r->flags & TCPTRAIL_F_TASK) {
		*p++ = ' ';
		p = put_task(p, p + PUT_TASK_MAX, t->comm, t->pid);
	}
	if (word)
		p = put_word(p, word);
	if (record_min_age_ns(r))
		p = put_age(put_word(p, "at least "), record_min_age_ns(r));
	if (t->reason)
		p = put_word(p, reason_key(t->reason));
	if (r->flags & TCPTRAIL_F_CHILD)
		p = put_word(p, "child");
	if (r->flags & TCPTRAIL_F_ORPHAN && r->kind == TCPTRAIL_SOCKET)
		p = put_word(p, is_open(t->new_state) ? "unaccepted" : "orphan");
	if (t->unread)
		p = put_number(p, "unread=", t->unread);
	if (t->unacked)
		p = put_number(p, "unacked=", t->unacked);
	if (t->retransmits)
		p = put_number(p, "retrans=", t->retransmits);
	if (t->error)
		p = put_error(p, t->error);
	return p;
}

static char *put_segment(struct line *l, char *p, const struct tcptrail_record *r)
{
	const struct tcptrail_segment *s = &r->segment;
	const char *color = s->tcp_flags & TCPTRAIL_RST ? RED : "";
	char *start;

	p = paint(l, p, color);
	start = p;
	p = put_str(p, s->direction == TCPTRAIL_OUT ? "  sent " : "  got  ");
	p = put_tcp_flags(p, s->tcp_flags);
	p = put_pad(p, start + EVENT_WIDTH);
	p = *color ? paint(l, p, PLAIN) : p;
	p = put_line_ends(p, l->ends, r);
	p = put_number(p, "seq ", s->seq);
	if (s->tcp_flags & TCPTRAIL_ACK)
		p = put_number(p, "ack ", s->ack);
	if (s->len)
		p = put_number(p, "len ", s->len);
	p = put_number(p, "win ", s->window);
	return s->reset_reason ? put_word(p, reset_reason_key(s->reset_reason)) : p;
}

static char *put_loss(const struct line *l, char *p, const struct tcptrail_record *r)
{
	p = paint(l, p, RED);
	p = put_str(p, "-- ");
	if (r->loss.count) {
		p = put_grouped(p, r->loss.count);
		p = put_str(p, r->loss.count == 1 ? " record" : " records");
		p = put_str(p, " lost here: ");
	}
	p = put_str(p, cause_text(r->loss.cause));
	p = put_str(p, " --");
	return paint(l, p, PLAIN);
}

static char *put_body(struct line *l, char *p, const struct tcptrail_record *r)
{
	char *start = p;

	if (record_is_transition(r))
		return put_transition(l, p, r);
	if (r->kind == TCPTRAIL_SEGMENT)
		return put_segment(l, p, r);
	if (r->kind == TCPTRAIL_LOSS)
		return put_loss(l, p, r);
	p = put_number(p, " kind ", r->kind); /* a later minor's */
	return put_line_ends(put_pad(p, start + EVENT_WIDTH), l->ends, r);
}

#define RELATIVE_WIDTH 14 /* "      1.234567" */

static char *put_relative(const struct line *l, char *p, uint64_t time_ns)
{
	bool before = time_ns < l->first_ns; /* a record may come a little late */
	uint64_t us = (before ? l->first_ns - time_ns : time_ns - l->first_ns) / 1000;
	char text[PUT_U64_MAX + 8];
	char *end = text;

	if (before)
		*end++ = '-';
	end = put_u64(end, us / 1000000);
	*end++ = '.';
	end = put_digits(end, us % 1000000, 6);
	p = put_pad(p, p + RELATIVE_WIDTH - (end - text));
	return put_mem(p, text, (size_t)(end - text));
}

/* Where the day changes; above the first line, too, unless the caller knows its date. */
static void new_second(struct line *l, struct buf *out)
{
	l->second_ns = l->clock.start_ns;
	if (!strcmp(l->date, l->clock.date))
		return;
	buf_printf(out, "-- %s --\n", l->clock.date);
	memcpy(l->date, l->clock.date, sizeof(l->date));
}

void line_header(struct line *l, struct buf *out)
{
	int width = l->relative ? RELATIVE_WIDTH : PUT_TIME_OF_DAY;

	buf_printf(out, "%-*s %-*s%s%-*s %-*s %-*s %s\n", width, "TIME", STATE_WIDTH, "OLD",
		   l->ascii ? " > " : " → ", STATE_WIDTH, "NEW", LINE_END_WIDTH, "LOCAL",
		   LINE_END_WIDTH, "REMOTE", "PROCESS, REASON");
}

void line_record(struct line *l, struct buf *out, const struct tcptrail_record *r)
{
	char *p;

	if (!l->first_ns)
		l->first_ns = r->time_ns;
	if (!l->home_netns)
		l->home_netns = r->netns;
	if (!l->prepared)
		prepare(l);
	clock_at(&l->clock, r->time_ns);
	if (l->second_ns != l->clock.start_ns && !l->relative)
		new_second(l, out);
	p = buf_room(out, LINE_MAX_BYTES);
	p = paint(l, p, DIM);
	p = l->relative ? put_relative(l, p, r->time_ns) :
			  put_time_of_day(p, &l->clock, r->time_ns);
	p = paint(l, p, PLAIN);
	*p++ = ' ';
	p = put_body(l, p, r);
	if (r->kind != TCPTRAIL_LOSS && (l->show_netns || r->netns != l->home_netns))
		p = put_number(p, "netns ", r->netns);
	while (p[-1] == ' ')
		p--;
	*p++ = '\n';
	buf_end(out, p);
}

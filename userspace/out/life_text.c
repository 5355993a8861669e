// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "life_out.h"
#include "line.h"
#include "names.h"

/*
 * Columns: local end, who opened, remote end, four spans, end, how often SYN,
 * SYN-ACK or FIN were sent if not once, owner. Long IPv6 ends push the rest.
 */
#define END_WIDTH 21
#define SPAN_WIDTH 5
#define HOW_WIDTH 14
#define TAIL_MAX 40
#define LINE_MAX (2 * ENDPOINT_MAX + 128)

#define US 1000ULL
#define MS (1000 * US)
#define SEC (1000 * MS)
#define HOUR (3600 * SEC)

static char *pad(char *p, const char *from, size_t width)
{
	while ((size_t)(p - from) < width)
		*p++ = ' ';
	*p++ = ' ';
	return p;
}

/* "152us", "9.9ms", "204ms", "60.0s", "16.6m", "99.9h", "124d": SPAN_WIDTH bytes at most. */
static char *put_brief(char *p, uint64_t ns)
{
	static const struct {
		uint64_t below;
		uint64_t unit;
		const char *name;
		bool tenths;
	} forms[] = {
		{ MS, US, "us", false },       { 10 * MS, MS, "ms", true },
		{ SEC, MS, "ms", false },      { 100 * SEC, SEC, "s", true },
		{ HOUR, 60 * SEC, "m", true }, { 100 * HOUR, HOUR, "h", true },
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (ns >= forms[i].below)
			continue;
		p = put_u64(p, ns / forms[i].unit);
		if (forms[i].tenths) {
			*p++ = '.';
			p = put_u64(p, ns % forms[i].unit * 10 / forms[i].unit);
		}
		return put_str(p, forms[i].name);
	}
	p = put_u64(p, ns / (24 * HOUR));
	*p++ = 'd';
	return p;
}

static char *put_time(char *p, uint64_t ns, bool at_least)
{
	char *from = p;

	if (at_least)
		*p++ = '>';
	if (ns)
		p = put_brief(p, ns);
	else
		*p++ = '-';
	return pad(p, from, SPAN_WIDTH);
}

static const char *closed_by(uint8_t closer)
{
	static const char *const words[] = { "closed", "closed by us", "closed by peer",
					     "closed by both" };

	return words[closer & 3];
}

static const char *unanswered(uint8_t state)
{
	if (state == TCPTRAIL_SYN_SENT)
		return "never answered";
	return state == TCPTRAIL_NEW_SYN_RECV ? "expired" : "timed out";
}

static const char *how(const struct conn *c, const struct life *life)
{
	static const char *const words[CONN_ENDS] = {
		[CONN_RESET_IN] = "reset by peer",
		[CONN_RESET_OUT] = "reset by us",
		[CONN_REFUSED] = "refused",
		[CONN_UNREACHABLE] = "unreachable",
		[CONN_ABANDONED] = "given up",
		[CONN_FIN_TIMEOUT] = "no FIN came",
		[CONN_REUSED] = "reused",
		[CONN_KILLED] = "killed",
		[CONN_LISTENER_GONE] = "listener gone",
		[CONN_NETNS_GONE] = "netns gone",
		[CONN_EVICTED] = "dropped",
	};

	switch (c->end) {
	case CONN_LIVES:
		return state_name(c->state);
	case CONN_NORMAL:
		return closed_by(life->closer);
	case CONN_UNANSWERED:
		return unanswered(c->state);
	}
	return c->end < CONN_ENDS && words[c->end] ? words[c->end] : "end not seen";
}

static char *put_again(char *p, const char *stop, unsigned int sent, const char *name)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ux%s ", sent, name);

	/* Once is not worth a word. */
	return sent < 2 || stop - p < length ? p : put_mem(p, text, (size_t)length);
}

/* The name is cut where the line is full; without room for a name, none. */
static char *put_owner(char *p, const char *stop, const struct task *task)
{
	char pid[16];
	int length = snprintf(pid, sizeof(pid), "[%u]", task->pid);
	size_t name = strnlen(task->comm, sizeof(task->comm));

	if (stop - p < length + 3)
		return p;
	if (name > (size_t)(stop - p - length))
		name = (size_t)(stop - p - length);
	p = put_safe(p, task->comm, name);
	return put_mem(p, pid, (size_t)length);
}

void life_text_header(struct buf *out)
{
	buf_printf(out, "%-*s   %-*s %-*s %-*s %-*s %-*s %-*s OWNER\n", END_WIDTH, "LOCAL",
		   END_WIDTH, "REMOTE", SPAN_WIDTH, "SHAKE", SPAN_WIDTH, "HALF", SPAN_WIDTH,
		   "TWAIT", SPAN_WIDTH, "LIFE", HOW_WIDTH, "END");
}

void life_text(struct buf *out, const struct model *model, const struct conn *c,
	       const struct life *life)
{
	const struct task *owner = model_task(model, c->opener ? c->opener : c->owner);
	uint8_t laddr[16], raddr[16];
	char *line = buf_room(out, LINE_MAX), *p = line, *from;
	const char *stop;

	model_laddr(model, c, laddr);
	model_raddr(model, c, raddr);
	p = pad(put_endpoint(p, laddr, c->lport), p, END_WIDTH);
	*p++ = c->role == CONN_ACTIVE ? '>' : c->role == CONN_PASSIVE ? '<' : '?';
	*p++ = ' ';
	from = p;
	p = pad(put_endpoint(p, raddr, c->rport), from, END_WIDTH);
	p = put_time(p, life->handshake, false);
	p = put_time(p, life->half_close, false);
	p = put_time(p, life->time_wait, false);
	p = put_time(p, life->life, life->at_least);
	from = p;
	p = pad(put_str(p, how(c, life)), from, HOW_WIDTH);
	stop = c->flags & CONN_IPV6 ? p + TAIL_MAX : line + LIFE_WIDTH;
	p = put_again(p, stop, c->syns, "SYN");
	p = put_again(p, stop, c->synacks, "SYN-ACK");
	p = put_again(p, stop, c->fins, "FIN");
	if (owner)
		p = put_owner(p, stop, owner);
	while (p[-1] == ' ')
		p--;
	*p++ = '\n';
	buf_end(out, p);
}

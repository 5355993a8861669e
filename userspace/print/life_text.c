// SPDX-License-Identifier: GPL-2.0
/* A connection as a line of text. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/base/text.h"
#include "userspace/base/time.h"
#include "userspace/print/life_out.h"
#include "userspace/print/line.h"

/*
 * Columns: local end, who opened, remote end, two spans, payload in both
 * directions, end, how often SYN, SYN-ACK or FIN were sent if not once, owner.
 * Long IPv6 ends push the rest.
 */
#define END_WIDTH 21
#define SPAN_WIDTH 5
#define LIFE_SPAN_WIDTH 6 /* with ">" */
#define BYTES_WIDTH 5
#define TAIL_MAX 40
#define LINE_MAX (2 * ENDPOINT_MAX + 128)

static char *pad(char *p, const char *from, size_t width)
{
	while ((size_t)(p - from) < width)
		*p++ = ' ';
	*p++ = ' ';
	return p;
}

static char *put_time(char *p, uint64_t ns, bool at_least, size_t width)
{
	char *from = p;

	if (at_least && ns)
		*p++ = '>';
	if (ns)
		p = put_brief(p, ns);
	else
		*p++ = '-';
	return pad(p, from, width);
}

static char *put_payload(char *p, const struct conn *c, uint64_t bytes)
{
	char *from = p;

	if (c->flags & CONN_HAS_BYTES)
		p = put_short(p, bytes);
	else
		*p++ = '-';
	return pad(p, from, BYTES_WIDTH);
}

static char *put_again(char *p, const char *stop, unsigned int sent, const char *name)
{
	char text[32];
	int length;

	/* Once is not worth a word. */
	if (sent < 2)
		return p;
	length = snprintf(text, sizeof(text), "%ux%s ", sent, name);
	return stop - p < length ? p : put_mem(p, text, (size_t)length);
}

/* Of two owners only the names: "curl+nginx", half of the room for each at least. */
static char *put_owners(char *p, const char *stop, const struct tracker *tracker,
			const struct conn_pair *pair)
{
	const struct task *first = life_owner(tracker, pair->ends[0].c);
	const struct task *second = pair->count > 1 ? life_owner(tracker, pair->ends[1].c) : NULL;
	char name[PUT_TASK_MAX];
	ptrdiff_t room = stop - p, length;

	if (!first || !second) {
		first = first ? first : second;
		return first ? put_task(p, stop, first->comm, first->pid) : p;
	}
	if (room < 7)
		return p;
	length = put_task(name, name + PUT_TASK_MAX, second->comm, 0) - name;
	p = put_task(p, stop - (length < room / 2 ? length : room / 2) - 1, first->comm, 0);
	*p++ = '+';
	return put_task(p, stop, second->comm, 0);
}

static unsigned int most(const struct conn_pair *pair, unsigned int first, unsigned int second)
{
	return pair->count > 1 && second > first ? second : first;
}

void life_text_header(struct buf *out)
{
	buf_printf(out, "%-*s    %-*s %-*s %-*s %-*s %-*s %-*s OWNER\n", END_WIDTH, "LOCAL",
		   END_WIDTH, "REMOTE", SPAN_WIDTH, "SHAKE", LIFE_SPAN_WIDTH, "LIFE", BYTES_WIDTH,
		   "SENT", BYTES_WIDTH, "RECVD", LIFE_WORD_WIDTH, "END");
}

void life_text(struct buf *out, const struct tracker *tracker, const struct conn_pair *pair)
{
	const struct conn *c = pair->ends[0].c;
	const struct conn *other = pair->count > 1 ? pair->ends[1].c : c;
	const struct timing *life = &pair->ends[0].timing;
	uint8_t laddr[16], raddr[16];
	char *line = buf_room(out, LINE_MAX), *p = line, *from;
	const char *stop;

	tracker_laddr(tracker, c, laddr);
	tracker_raddr(tracker, c, raddr);
	p = pad(put_endpoint(p, laddr, c->lport), p, END_WIDTH);
	*p++ = pair->count > 1 ? '=' : ' ';
	*p++ = c->role == CONN_ACTIVE ? '>' : c->role == CONN_PASSIVE ? '<' : '?';
	*p++ = ' ';
	from = p;
	p = pad(put_endpoint(p, raddr, c->rport), from, END_WIDTH);
	p = put_time(p, life->handshake, false, SPAN_WIDTH);
	p = put_time(p, life->life, life->at_least, LIFE_SPAN_WIDTH);
	p = put_payload(p, c, c->sent);
	p = put_payload(p, c, c->received);
	from = p;
	p = pad(put_str(p, life_word(pair)), from, LIFE_WORD_WIDTH);
	stop = c->flags & CONN_IPV6 ? p + TAIL_MAX : line + LIFE_WIDTH;
	p = put_again(p, stop, most(pair, c->syns, other->syns), "SYN");
	p = put_again(p, stop, most(pair, c->synacks, other->synacks), "SYN-ACK");
	p = put_again(p, stop, most(pair, c->fins, other->fins), "FIN");
	p = put_owners(p, stop, tracker, pair);
	while (p[-1] == ' ')
		p--;
	*p++ = '\n';
	buf_end(out, p);
}

// SPDX-License-Identifier: GPL-2.0
/* What is stuck, as lines and paragraphs for people. */
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/names.h"
#include "userspace/base/text.h"
#include "userspace/print/stuck_out.h"

/* Columns: state, age, local, remote, owner: 91 at most. Long IPv6 ends take a line each. */
#define STATE_WIDTH 12
#define AGE_WIDTH 9
#define END_WIDTH 21

static void put_column(struct buf *out, const char *text, int width)
{
	buf_printf(out, "%-*s ", width, text);
}

void stuck_text_header(struct buf *out)
{
	put_column(out, "STATE", STATE_WIDTH);
	put_column(out, "AGE", AGE_WIDTH);
	put_column(out, "LOCAL", END_WIDTH);
	put_column(out, "REMOTE", END_WIDTH);
	buf_str(out, "HELD BY\n");
}

/* An end that all share in full, in part, or not at all. */
static void name_end(char to[ENDPOINT_MAX + 1], const uint8_t address[16], uint16_t port,
		     bool has_address, bool has_port)
{
	char *p = to;

	if (has_address && has_port)
		p = put_endpoint(p, address, port);
	else if (has_address)
		p = put_address(p, address);
	else if (has_port)
		p = put_u64(put_str(p, "*:"), port);
	else
		*p++ = '*';
	*p = '\0';
}

void stuck_ends(const struct stuck_out *o, const struct stuck_group *group,
		char local[ENDPOINT_MAX + 1], char remote[ENDPOINT_MAX + 1])
{
	unsigned int shared = stuck_group_shared(group, o->tracker);
	const struct conn *c = group->members[0]->conn;
	uint8_t laddr[16], raddr[16];

	tracker_laddr(o->tracker, c, laddr);
	tracker_raddr(o->tracker, c, raddr);
	name_end(local, laddr, c->lport, shared & STUCK_LADDR, shared & STUCK_LPORT);
	name_end(remote, raddr, c->rport, shared & STUCK_RADDR, shared & STUCK_RPORT);
}

static void put_line(const struct stuck_out *o, struct buf *out, const struct stuck_group *group,
		     const struct stuck_words *w)
{
	const struct finding *f = group->members[0];
	char local[ENDPOINT_MAX + 1], remote[ENDPOINT_MAX + 1], age[sizeof(w->age) + 2] = "";

	if (!f->usage) {
		strcpy(age, f->at_least ? ">=" : "");
		strcat(age, w->age);
	}
	stuck_ends(o, group, local, remote);
	put_column(out, state_name(f->state), STATE_WIDTH);
	put_column(out, age, AGE_WIDTH);
	if (strlen(local) > END_WIDTH || strlen(remote) > END_WIDTH) {
		buf_str(out, local);
		buf_char(out, '\n');
		put_column(out, "", STATE_WIDTH + AGE_WIDTH + 1);
	} else {
		put_column(out, local, END_WIDTH);
	}
	put_column(out, remote, END_WIDTH);
	/* Who does not hold it, or is not known to, had it last. */
	if (!w->owner[0])
		buf_char(out, '-');
	else
		buf_printf(out, w->holders_count || f->usage ? "%s" : "(%s)", w->owner);
	if (group->processes > 1)
		buf_printf(out, " +%zu", group->processes - 1);
	buf_char(out, '\n');
}

void stuck_text(const struct stuck_out *o, struct buf *out, const struct stuck_group *group)
{
	struct stuck_words words;

	stuck_words(o, group, &words);
	put_line(o, out, group, &words);
	stuck_put_details(o, out, group, &words);
	if (words.verdict.name[0]) {
		buf_paragraph(out, words.verdict.sentence, STUCK_INDENT);
		buf_paragraph(out, words.verdict.remedy, STUCK_INDENT);
	}
}

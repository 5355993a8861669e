// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "address.h"
#include "names.h"
#include "stuck_out.h"

/* Columns: state, age, local, remote, owner. Long IPv6 ends push the rest. */
#define STATE_WIDTH 12
#define AGE_WIDTH 9
#define END_WIDTH 22
#define INDENT "    "
#define TEXT_WIDTH 80

static void put_column(struct buf *out, const char *text, size_t length, size_t width)
{
	buf_mem(out, text, length);
	for (; length < width; length++)
		buf_char(out, ' ');
	buf_char(out, ' ');
}

static void put_word(struct buf *out, const char *text, size_t width)
{
	put_column(out, text, strlen(text), width);
}

void stuck_text_header(struct buf *out)
{
	put_word(out, "STATE", STATE_WIDTH);
	put_word(out, "AGE", AGE_WIDTH);
	put_word(out, "LOCAL", END_WIDTH);
	put_word(out, "REMOTE", END_WIDTH);
	buf_str(out, "HELD BY\n");
}

static void put_end(struct buf *out, const uint8_t address[16], uint16_t port)
{
	char text[ENDPOINT_MAX];

	put_column(out, text, (size_t)(put_endpoint(text, address, port) - text), END_WIDTH);
}

/* Indented, broken at spaces before column 80. */
static void put_paragraph(struct buf *out, const char *text)
{
	size_t at = 0, length;

	while (*text) {
		length = strcspn(text, " ");
		if (at && at + 1 + length > TEXT_WIDTH) {
			buf_char(out, '\n');
			at = 0;
		}
		buf_str(out, at ? " " : INDENT);
		at += (at ? 1 : strlen(INDENT)) + length;
		buf_mem(out, text, length);
		text += length;
		text += *text == ' ';
	}
	buf_char(out, '\n');
}

static void put_facts(const struct stuck_out *o, struct buf *out, const struct conn *c)
{
	if (c->netns != o->home_netns)
		buf_printf(out, "netns %u, ", c->netns);
	if (c->cgroup)
		buf_printf(out, "cgroup %llu, ", (unsigned long long)c->cgroup);
	buf_printf(out, "cookie %llu, uid %u, unread %u, unacknowledged %u\n",
		   (unsigned long long)c->cookie, c->uid, c->unread, c->unacked);
}

void stuck_text(const struct stuck_out *o, struct buf *out, const struct stuck *stuck)
{
	const struct conn *c = stuck->conn;
	struct stuck_words words;
	uint8_t laddr[16], raddr[16];
	char age[sizeof(words.age) + 8];

	stuck_words(o, stuck, &words);
	model_laddr(o->model, c, laddr);
	model_raddr(o->model, c, raddr);
	put_word(out, state_name(c->state), STATE_WIDTH);
	if (stuck->pile) {
		put_word(out, "", AGE_WIDTH);
	} else {
		strcpy(age, c->flags & CONN_AT_LEAST ? ">=" : "");
		strcat(age, words.age);
		put_word(out, age, AGE_WIDTH);
	}
	if (stuck->pile && c->role != CONN_PASSIVE)
		put_word(out, "*", END_WIDTH);
	else
		put_end(out, laddr, c->lport);
	if (stuck->pile && c->role == CONN_PASSIVE)
		put_word(out, "*", END_WIDTH);
	else
		put_end(out, raddr, c->rport);
	buf_str(out, words.holder[0] ? words.holder : "-");
	buf_char(out, '\n');
	if (!stuck->pile) {
		buf_str(out, INDENT);
		put_facts(o, out, c);
	}
	if (words.verdict.name[0]) {
		put_paragraph(out, words.verdict.sentence);
		put_paragraph(out, words.verdict.remedy);
	}
}

// SPDX-License-Identifier: GPL-2.0
/* How sentences are put together. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "userspace/explain/ending_words.h"
#include "userspace/explain/narrative_internal.h"

/* The next sentence; NULL if there is no room for one. */
static char *next_sentence(struct milestones *m)
{
	struct narrative *n = m->narrative;

	return n->sentences_count < NARRATIVE_SENTENCES_MAX ? n->sentences[n->sentences_count++] :
							      NULL;
}

void say(struct milestones *m, const char *format, ...)
{
	char *sentence = next_sentence(m);
	va_list args;

	if (!sentence)
		return;
	va_start(args, format);
	vsnprintf(sentence, NARRATIVE_SENTENCE_MAX, format, args);
	va_end(args);
}

void say_of(struct milestones *m, unsigned int side, const char *text)
{
	char *sentence = next_sentence(m), *p = sentence;
	const char *put;
	size_t length;

	for (; sentence && *text; text++) {
		put = *text == '@' ? side_name(m, side) : *text == '&' ? side_name(m, !side) : text;
		length = put == text ? 1 : strlen(put);
		if (p + length >= sentence + NARRATIVE_SENTENCE_MAX)
			break;
		memcpy(p, put, length);
		p += length;
	}
	if (!sentence)
		return;
	*p = '\0';
	sentence[0] = (char)toupper((unsigned char)sentence[0]);
}

void say_ending(struct milestones *m, unsigned int end, const char *before)
{
	const struct conn_pair *pair = &m->l->pair;
	unsigned int side = pair->ends[0].c == m->conn[LADDER_RIGHT];
	const char *const ends[2] = { side_name(m, side), side_name(m, !side) };
	char *sentence = next_sentence(m);
	struct buf text;

	if (!sentence)
		return;
	buf_init(&text, NULL);
	ending_sentence(&text, pair, end, ends);
	snprintf(sentence, NARRATIVE_SENTENCE_MAX, "%s%s.", before, buf_string(&text));
	sentence[0] = (char)toupper((unsigned char)sentence[0]);
	buf_free(&text);
}

void say_silence(struct milestones *m, uint64_t time_ns)
{
	const struct ladder_row *row, *last = NULL;

	for (row = m->l->rows; row < m->l->rows + m->l->count; row++)
		if (row->time_ns < time_ns && row->kind == LADDER_SEGMENT && !row->probe &&
		    !row->again && !(row->tcp_flags & TCPTRAIL_RST))
			last = row;
	if (last)
		say(m, "The last step on record before that was %s earlier.",
		    span(last->time_ns, time_ns).text);
}

static bool is_named(const struct narrative *n, const char *what, size_t length)
{
	unsigned int i;

	for (i = 0; i < n->names_count; i++)
		if (!strncmp(n->names[i], what, length) && !n->names[i][length])
			return true;
	return false;
}

void names(struct milestones *m, const char *what)
{
	struct narrative *n = m->narrative;
	size_t length;

	for (; *what; what += length + (what[length] == ' ')) {
		length = strcspn(what, " ");
		if (n->names_count == NARRATIVE_NAMES_MAX || is_named(n, what, length) ||
		    length >= NARRATIVE_NAME_MAX)
			continue;
		memcpy(n->names[n->names_count], what, length);
		n->names[n->names_count++][length] = '\0';
	}
}

struct words span(uint64_t from_ns, uint64_t to_ns)
{
	struct words w = { "" };

	*put_span(w.text, time_between(from_ns, to_ns)) = '\0';
	return w;
}

struct words times(const struct milestones *m, unsigned int n)
{
	const char *least = m->l->conversation->lossy ? "at least " : "";
	struct words w;

	if (n > 1)
		snprintf(w.text, sizeof(w.text), "%s%u times", least, n);
	else
		snprintf(w.text, sizeof(w.text), "%sonce", least);
	return w;
}

const char *went(const struct milestones *m, unsigned int side)
{
	return m->l->sides[side].end->here ? "was sent" : "came";
}

const char *side_name(const struct milestones *m, unsigned int side)
{
	if (m->l->opener_known)
		return side == LADDER_LEFT ? "the client" : "the server";
	return side == LADDER_LEFT ? "the left end" : "the right end";
}

const char *subject(const struct milestones *m, unsigned int side)
{
	if (m->l->opener_known)
		return side == LADDER_LEFT ? "The client" : "The server";
	return side == LADDER_LEFT ? "The left end" : "The right end";
}

const char *owner(const struct milestones *m, unsigned int side, char to[40])
{
	const struct conversation_end *end = m->l->sides[side].end;

	to[0] = '\0';
	if (end->pid)
		snprintf(to, 40, ", %.16s[%u],", end->comm, end->pid);
	return to;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Text for people: what several outputs write alike. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "userspace/base/buf.h"
#include "userspace/base/utf8.h"

#define PUT_TASK_MAX (PUT_SAFE_MAX(16) + 12)

char *put_task_narrow(char *p, const char *stop, const char *comm, uint32_t pid);

/**
 * put_task() - "nginx[1234]"
 * @p: where
 * @stop: no further than there; PUT_TASK_MAX bytes always suffice
 * @comm: its name, up to 16 bytes
 * @pid: 0: not known
 *
 * Where there is little room the name is cut; where there is next to none, the number is
 * left out, too. Return: the end
 */
static inline char *put_task(char *p, const char *stop, const char *comm, uint32_t pid)
{
	if (stop - p < PUT_TASK_MAX || !pid)
		return put_task_narrow(p, stop, comm, pid);
	p = put_safe(p, stop, comm, 16);
	*p++ = '[';
	p = put_u64(p, pid);
	*p++ = ']';
	return p;
}

/** buf_task() - likewise, with all the room there is */
void buf_task(struct buf *b, const char *comm, uint32_t pid);

/**
 * text_line() - what of a text goes on the next line
 * @text: it may begin with spaces, the line's indent
 * @n: bytes of it
 * @columns: of the line; of a text as put_safe() writes it
 *
 * Return: bytes: up to a space if there is more, but a word that is longer than a line is
 * broken; never 0 if @n is not
 */
size_t text_line(const char *text, size_t n, size_t columns);

#define TEXT_WIDTH 80 /* columns of what is read as sentences */

/** buf_paragraph() - sentences, in lines of TEXT_WIDTH, each after so many spaces; made harmless */
void buf_paragraph(struct buf *b, const char *text, size_t indent);

#endif

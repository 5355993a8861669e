// SPDX-License-Identifier: GPL-2.0
/* Pieces of text that several outputs write. put_task()'s usual case is in the header. */
#include "userspace/base/text.h"

#define NAME_LEAST 3 /* bytes of a name that are worth writing */

char *put_task_narrow(char *p, const char *stop, const char *comm, uint32_t pid)
{
	char number[PUT_U64_MAX];
	ptrdiff_t room = stop - p, length = put_u64(number, pid) - number + 2;

	if (room < NAME_LEAST)
		return p;
	if (!pid || room < length + NAME_LEAST)
		return put_safe(p, stop, comm, 16);
	p = put_safe(p, stop - length, comm, 16);
	*p++ = '[';
	p = put_u64(p, pid);
	*p++ = ']';
	return p;
}

void buf_task(struct buf *b, const char *comm, uint32_t pid)
{
	char *p = buf_room(b, PUT_TASK_MAX);

	buf_end(b, put_task(p, p + PUT_TASK_MAX, comm, pid));
}

size_t text_line(const char *text, size_t n, size_t columns)
{
	size_t fits = utf8_fit(text, n, columns), at;

	if (fits == n || text[fits] == ' ')
		return fits;
	for (at = fits; at && text[at] != ' '; at--)
		;
	if (at > strspn(text, " "))
		return at;
	return fits ? fits : utf8_fit(text, n, PUT_SAFE_MAX(1));
}

void buf_paragraph(struct buf *b, const char *text, size_t indent)
{
	size_t n = strlen(text), length;

	do {
		length = text_line(text, n, TEXT_WIDTH - indent);
		buf_printf(b, "%*s", (int)indent, "");
		buf_safe(b, text, length);
		buf_char(b, '\n');
		length += strspn(text + length, " ");
		text += length;
		n -= length;
	} while (n);
}

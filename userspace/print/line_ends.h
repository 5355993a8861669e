/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both ends of a connection as they stand in a line. A connection has a dozen records or more,
 * and to write its addresses and ports is half of the work of a line: so their text is kept for
 * the next record.
 */
#ifndef PRINT_LINE_ENDS_H
#define PRINT_LINE_ENDS_H

#include <stdint.h>

#include "userspace/base/record.h"

#define LINE_END_WIDTH 18 /* of an address and port; longer ones push the rest aside */
#define LINE_ENDS 256 /* so many connection ends may take turns; 38 KiB */
#define LINE_ENDS_MAX 111 /* put_line_ends() writes so many bytes, of which a part counts */

/**
 * struct line_ends - one that was written lately; zero at the start
 * @name: addresses, ports and which of them are not known, see name_of() in line_ends.c
 * @text: " local remote", in columns
 * @len: bytes of it; 0: there is none
 */
struct line_ends {
	uint64_t name[5];
	char text[LINE_ENDS_MAX];
	uint8_t len;
};

/**
 * put_line_ends() - " 10.0.0.1:80 10.0.0.2:41234", each in its column
 * @p: room for LINE_ENDS_MAX bytes
 * @lately: LINE_ENDS of them
 * @r: any record
 *
 * Return: the end
 */
char *put_line_ends(char *p, struct line_ends *lately, const struct tcptrail_record *r);

#endif

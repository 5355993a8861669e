/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the library: how a trail lies in a file.
 *
 * A header, then records back to back until the file ends. All numbers are in
 * the byte order of the machine that wrote them; @byte_order tells which it
 * was, and the reader swaps. Since records stand alone, a file that was cut
 * off is good up to its last whole record.
 */
#ifndef TRAIL_FILE_H
#define TRAIL_FILE_H

#include "userspace/trail/tcptrail.h"

#define FILE_MAGIC "\x89TCPT\r\n\x1a" /* no text, and broken by any that treats it as such */
#define FILE_BYTE_ORDER 0x01020304U
#define FILE_VERSION_MAJOR 1
#define FILE_VERSION_MINOR 2
#define FILE_HEADER_MAX (64 * 1024)
#define FILE_BLOCK (256 * 1024) /* bytes per read() and write() */

/**
 * struct file_header - the first bytes of a trail file
 * @magic: FILE_MAGIC without the terminator
 * @byte_order: FILE_BYTE_ORDER
 * @version_major: raised when older readers would misread the file
 * @version_minor: raised when something is added at the header's end, or in what
 *	was reserved, in the header or in a record. 1: @netns. 2: a snapshot's age is
 *	in struct tcptrail_snapshot; before, it was in the record's seq
 * @header_size: bytes to the first record
 * @record_size: bytes from one record to the next
 * @realtime_offset_ns: CLOCK_REALTIME minus CLOCK_MONOTONIC
 * @created_ns: when the file was begun (CLOCK_MONOTONIC)
 * @hostname: zero-terminated, zero-padded
 * @release: likewise
 * @info_size: how many bytes of @info count
 * @netns: network namespace of the one who recorded, 0 if not known
 * @info: what the module said of itself when the file was begun
 * @reserved2: zero
 */
struct file_header {
	uint8_t magic[8];
	uint32_t byte_order;
	uint16_t version_major;
	uint16_t version_minor;
	uint32_t header_size;
	uint32_t record_size;
	int64_t realtime_offset_ns;
	uint64_t created_ns;
	char hostname[72];
	char release[72];
	uint32_t info_size;
	uint32_t netns;
	struct tcptrail_info info;
	uint8_t reserved2[56];
};

TCPTRAIL_AT(file_header, info, 192);
TCPTRAIL_PIN(sizeof(struct file_header) == 512);

/* swap.c: what a machine of the other byte order wrote */

/** swap_header() - all numbers but those of info */
void swap_header(struct file_header *h);

void swap_info(struct tcptrail_info *info);

/** swap_record() - of a kind that we do not know, only what all kinds share */
void swap_record(struct tcptrail_record *r);

#endif

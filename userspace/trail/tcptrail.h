/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libtcptrail: reads a trail, from the device or from a file, as one stream of
 * records in the order of their times; and writes one to a file.
 *
 *	struct tcptrail *trail;
 *	const struct tcptrail_record *records;
 *	int n;
 *
 *	if (tcptrail_open_file(&trail, "trail"))
 *		return;
 *	while ((n = tcptrail_read(trail, &records)) > 0)
 *		use(records, n);
 *	tcptrail_close(trail);
 *
 * Functions return 0 or a count, or -errno; none prints. A struct tcptrail belongs
 * to one thread at a time; any number of them may be open. Everything that is read
 * (rings, files, the INFO ioctl) is treated as hostile: it can make a call fail, but
 * not crash the reader or make it read or write outside its own memory.
 */
#ifndef TCPTRAIL_H
#define TCPTRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/uapi/tcptrail.h"
#include "userspace/base/record.h"

struct tcptrail;

/**
 * enum tcptrail_from - where reading a live device starts
 * @TCPTRAIL_FROM_NOW: with the first record that is written after the call
 * @TCPTRAIL_FROM_HISTORY: with the oldest record that the rings still hold
 */
enum tcptrail_from {
	TCPTRAIL_FROM_NOW,
	TCPTRAIL_FROM_HISTORY,
};

/**
 * tcptrail_open_device() - read the live trail
 * @trail: set on success; freed by tcptrail_close()
 * @path: the device, usually TCPTRAIL_DEVICE
 * @from: where to start
 *
 * Maps every CPU's ring; CPUs that come online later join by themselves.
 *
 * Return: 0; -ENOENT or -ENXIO without the module; -EACCES without permission;
 * -EPROTO if the module's ABI major is another; -EBADMSG if what it says of its
 * own layout makes no sense; -ENOMEM.
 */
int tcptrail_open_device(struct tcptrail **trail, const char *path, enum tcptrail_from from);

/**
 * tcptrail_open_file() - read a recorded trail
 * @trail: set on success; freed by tcptrail_close()
 * @path: a file written by tcptrail_writer; "-" is standard input
 *
 * Return: 0; -EBADMSG if it is not a trail; -EPROTO if it is one of a version
 * that this library does not know; -errno of open() and read().
 */
int tcptrail_open_file(struct tcptrail **trail, const char *path);

/**
 * tcptrail_close() - close a trail and free it, and the records that it returned
 * @trail: from tcptrail_open_device() or tcptrail_open_file(); NULL: nothing is done
 */
void tcptrail_close(struct tcptrail *trail);

/**
 * tcptrail_read() - the next records, oldest first
 * @trail: the trail
 * @batch: set to the records; they stay valid until the next call
 *
 * Losses stand in the stream where they happened, as TCPTRAIL_LOSS records.
 * Every other record is one that the module (or a snapshot) wrote, unchanged but for
 * the byte order of the machine and the place of a snapshot's age in an older file.
 * On a device, records of the last millisecond may be held back for the next
 * call, so that the CPUs' records come in order.
 *
 * Return: the number of records, 0 if there are none now (device) or no more
 * (file), -EBADMSG if a file is cut off in the middle of a record or damaged
 * there (all whole records before that have been returned), -errno otherwise.
 */
int tcptrail_read(struct tcptrail *trail, const struct tcptrail_record **batch);

/**
 * tcptrail_wait() - sleep until there may be something to read
 * @trail: the trail
 * @timeout_ms: milliseconds at most; -1 for ever
 *
 * Return: 1 if tcptrail_read() is worth a call, 0 after the time, -EINTR on a
 * signal, -errno. A file has always something to read, or its end; a pipe may not.
 */
int tcptrail_wait(struct tcptrail *trail, int timeout_ms);

/**
 * tcptrail_fd() - a descriptor to poll() for POLLIN beside others
 * @trail: the trail, which keeps the descriptor and closes it
 *
 * Return: the descriptor of a device; -1 for a file.
 */
int tcptrail_fd(const struct tcptrail *trail);

/**
 * tcptrail_is_live() - do records keep coming?
 * @trail: the trail
 *
 * Return: true for a device, false for a file.
 */
bool tcptrail_is_live(const struct tcptrail *trail);

/**
 * tcptrail_get_info() - what the module says of itself
 * @trail: a device: the module is asked anew; a file: as it was when the recording began
 * @info: filled; what an older module does not know is zero
 *
 * Return: 0; of a device also -errno of the ioctl, -EPROTO or -EBADMSG as for
 * tcptrail_open_device().
 */
int tcptrail_get_info(struct tcptrail *trail, struct tcptrail_info *info);

/**
 * struct tcptrail_origin - to tell the time of day of a record
 * @realtime_offset_ns: CLOCK_REALTIME minus CLOCK_MONOTONIC, nanoseconds, when
 *	the trail was opened (device) or recorded (file)
 * @netns: network namespace of the one who opened or recorded it, 0 if not known
 * @hostname: of the machine that recorded, zero-terminated
 * @release: its kernel release, zero-terminated
 */
struct tcptrail_origin {
	int64_t realtime_offset_ns;
	uint32_t netns;
	char hostname[65];
	char release[65];
};

/**
 * tcptrail_origin() - where a trail comes from
 * @trail: the trail
 *
 * Return: its origin; valid until tcptrail_close().
 */
const struct tcptrail_origin *tcptrail_origin(const struct tcptrail *trail);

/**
 * tcptrail_origin_here() - the origin of what is recorded on this machine now
 * @origin: filled
 */
void tcptrail_origin_here(struct tcptrail_origin *origin);

/**
 * struct tcptrail_count - one CPU's accounts; recorded = read + lost + unread
 * @online: false if the CPU has no ring (yet); the rest is 0 then
 * @recorded: records written since loading
 * @limited: records kept out by the rate limit since loading
 * @started: recorded when this reader started (with history: the oldest record
 *	that it could still read)
 * @read: records that this reader returned
 * @lost: records that were overwritten before this reader came to them
 */
struct tcptrail_count {
	bool online;
	uint64_t recorded;
	uint64_t limited;
	uint64_t started;
	uint64_t read;
	uint64_t lost;
};

/**
 * tcptrail_count() - the accounts of one CPU, as of the last tcptrail_read()
 *	(read, lost) and of now (recorded, limited)
 * @trail: a device
 * @cpu: below tcptrail_info.cpus
 * @count: filled
 *
 * Return: 0; -ERANGE if there is no such CPU; -ENOTSUP for a file, which has none.
 */
int tcptrail_count(struct tcptrail *trail, unsigned int cpu, struct tcptrail_count *count);

/* Writing a trail to a file */

struct tcptrail_writer;

/**
 * tcptrail_create() - start a trail file
 * @writer: set on success; freed by tcptrail_finish()
 * @path: replaced if it exists; "-" is standard output
 * @trail: where the records will come from: its origin and info go into the
 *	file's header. NULL for records made by hand: this machine's origin, and
 *	an info that has nothing but the ABI
 *
 * Return: 0; -ENOMEM; -errno of open() and write(), or of tcptrail_get_info().
 */
int tcptrail_create(struct tcptrail_writer **writer, const char *path, struct tcptrail *trail);

/**
 * tcptrail_write() - append records
 * @writer: the file
 * @records: the records; they may stay in the writer's memory until tcptrail_flush()
 * @count: how many
 *
 * Return: 0, or -errno of write(), e.g. -ENOSPC. After the first error the file is cut
 * back to whole records, and every further call returns that error.
 */
int tcptrail_write(struct tcptrail_writer *writer, const struct tcptrail_record *records,
		   size_t count);

/**
 * tcptrail_flush() - let readers of the file see what was written so far
 * @writer: the file
 *
 * Return: 0, or -errno of write().
 */
int tcptrail_flush(struct tcptrail_writer *writer);

/**
 * tcptrail_finish() - flush, close and free the writer
 * @writer: the file
 *
 * Return: 0, or -errno if anything did not reach the file.
 */
int tcptrail_finish(struct tcptrail_writer *writer);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exporter's reader: the trail into the model, now and then a slice of a sweep,
 * and copies of the numbers for whoever asks.
 *
 * It runs in the main thread. Others only copy: for that the model is locked
 * while a batch is fed, and nobody holds the lock for longer than a copy takes.
 */
#ifndef EXPORTER_READER_H
#define EXPORTER_READER_H

#include <pthread.h>

#include "userspace/base/time.h"
#include "userspace/session/message.h"
#include "userspace/session/feed.h"
#include "userspace/exporter/metrics.h"
#include "userspace/exporter/stuck_scan.h"

#define READER_SWEEP_NS (5 * SEC) /* from the end of one sweep to the next */
#define READER_REST_NS (5 * SEC) /* without anything to do it sleeps no longer */

/**
 * struct reader_config - what it is told
 * @trail: read by reader_run() only
 * @max_conns: as in struct tracker_config
 * @groups: counted, too; it stays the caller's
 * @stuck: there will be reader_stuck()
 * @snapshot: look for sockets that are older than the trail
 * @once: stop when all that was recorded is read
 * @caught_up: called once, when the history has been read. 0, or CMD_* to stop with
 * @tick: called in between, when *@next_ns is over, which it may set to something sooner
 *	than READER_REST_NS from now. Likewise
 * @arg: for both
 */
struct reader_config {
	struct tcptrail *trail;
	uint32_t max_conns;
	struct groups *groups;
	bool stuck;
	bool snapshot;
	bool once;
	int (*caught_up)(void *arg);
	int (*tick)(void *arg, uint64_t *next_ns);
	void *arg;
};

struct reader;

/** reader_create() - and take the snapshot, while there is the right to; CMD_* after a message */
int reader_create(struct reader **reader, const struct reader_config *config);
void reader_free(struct reader *reader);

/**
 * reader_run() - read until the trail ends, a signal comes, or a callback says so
 * @reader: the reader
 * @err: set to -errno if the trail could not be read on, else 0
 *
 * Return: what the callback returned, else CMD_OK
 */
int reader_run(struct reader *reader, int *err);

/** reader_serve() - a file has been read: keep calling tick() until a signal comes */
int reader_serve(struct reader *reader);

/** reader_copy() - the numbers as they are now; from any thread. 0 or -ENOMEM */
int reader_copy(void *reader, struct metrics *metrics);

/** reader_stuck() - those that the last sweep found, in lines; likewise */
void reader_stuck(void *reader, struct buf *out);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exporter's reader: the trail into the model, now and then a slice of a scan,
 * and copies of the numbers for whoever asks.
 *
 * It runs in the main thread. Others only copy: for that the model is locked
 * while a batch is fed, and nobody holds the lock for longer than a copy takes.
 */
#ifndef EXPORTER_READER_H
#define EXPORTER_READER_H

#include "userspace/base/time.h"
#include "userspace/session/message.h"
#include "userspace/exporter/metrics.h"
#include "userspace/exporter/options.h"
#include "userspace/exporter/stuck_lines.h"

#define READER_SCAN_NS (5 * SEC) /* from the end of one scan to the next */
#define READER_ASKED_NS (5 * MINUTE) /* if nobody has asked for so long, */
#define READER_UNASKED_NS MINUTE /* so much passes in its place */
#define READER_REST_NS (5 * SEC) /* without anything to do it sleeps no longer */

/**
 * reader_tick_fn - called in between, when *@next_ns is over
 * @arg: as given
 * @next_ns: may be set to something sooner than READER_REST_NS from now
 *
 * Return: CMD_OK, or CMD_* to stop with
 */
typedef int (*reader_tick_fn)(void *arg, uint64_t *next_ns);

struct reader;

/**
 * reader_create() - open the trail, list the sockets, while there is the right to
 * @reader: set to it, also after an error
 * @options: which trail, how many connections, which groups; they must stay
 * @tick: called in between
 * @arg: for @tick
 *
 * Return: CMD_OK, or CMD_* after a message
 */
int reader_create(struct reader **reader, const struct export_options *options, reader_tick_fn tick,
		  void *arg);
void reader_free(struct reader *reader);

/**
 * reader_catch_up() - read all that is recorded by now, of a file all; and scan it
 *
 * Until then the counters race through the history. Return: 0 or -errno of the trail
 */
int reader_catch_up(struct reader *reader);

/**
 * reader_run() - read on until a signal comes or tick() says so; of a file only tick()
 * @reader: the reader
 * @err: set to -errno if the trail could not be read on, else 0
 *
 * Return: what tick() returned, else CMD_OK
 */
int reader_run(struct reader *reader, int *err);

/**
 * reader_copy() - the numbers as they are now; from any thread
 *
 * Who asks first, or first after READER_ASKED_NS, waits for a scan. Return: 0 or -ENOMEM
 */
int reader_copy(void *reader, struct metrics *metrics);

/** reader_stuck() - those that the last scan found, in lines; likewise */
void reader_stuck(void *reader, struct buf *out);

#endif

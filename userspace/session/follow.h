/* SPDX-License-Identifier: GPL-2.0 */
/* Reading a trail until it ends, someone says stop, or the time is over. */
#ifndef SESSION_FOLLOW_H
#define SESSION_FOLLOW_H

#include "userspace/trail/tcptrail.h"

/**
 * struct follow - how to read, and what to do with it
 * @trail: the trail
 * @duration_ns: stop a device after this; 0: never
 * @once: stop a device when all that was recorded before the start is read
 * @records: gets them. Return: 0: go on; 1: enough; -errno: stop with that
 * @idle: nothing more for now. Returns like @records. May be called often; or NULL
 * @tick_ms: and is, at least so often, while a device is quiet; 0: need not be
 * @context: for both
 */
struct follow {
	struct tcptrail *trail;
	uint64_t duration_ns;
	bool once;
	int (*records)(void *context, const struct tcptrail_record *records, size_t count);
	int (*idle)(void *context);
	int tick_ms;
	void *context;
};

/** follow_catch_signals() - SIGINT and SIGTERM end follow(), a second one the program */
void follow_catch_signals(void);

/** follow_stopped() - one of them came */
bool follow_stopped(void);

/**
 * follow() - read
 *
 * After a signal, or when the time is over, what was recorded before it is
 * still read.
 *
 * Return: 0, or -errno of the trail, of @records or of @idle
 */
int follow(const struct follow *f);

#endif

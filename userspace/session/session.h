/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: a trail that is read, and the connections in it as they are now.
 *
 * Of a device the history is read first; then sock_diag lists the sockets that exist, and
 * what it says is merged with what was recorded meanwhile (resync.h). After a loss of
 * records that is done again. Now and then the kernel is asked for what no record tells
 * (kernel_poll.h). Without the module there are the sockets that exist, and nothing else. A
 * file is read from its start to its end; its recorder put such a list into it.
 *
 *	session_open(), session_begin() while there are privileges, session_catch_up(),
 *	then session_run(), or session_step() again and again
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "userspace/session/follow.h"
#include "userspace/session/kernel_poll.h"
#include "userspace/session/losses.h"
#include "userspace/session/resync.h"
#include "userspace/session/source.h"

/**
 * struct session_config - what it is told
 * @source: which trail
 * @tracker: keeps the connections; NULL: only records are wanted
 * @states: bit n: at the start list sockets in state n; 0: none, then or later
 * @module_optional: go on without the module, unless the user has named a device
 * @lock: held while the connections, or what is known beside them, change; or NULL
 * @records: gets records after the connections have, in the order of their times; or NULL.
 *	Return: 0: go on; 1: enough; -errno: stop with that
 * @idle: nothing more for now; or NULL. Returns likewise
 * @arg: for both
 */
struct session_config {
	struct source source;
	const struct tracker_config *tracker;
	uint32_t states;
	bool module_optional;
	pthread_mutex_t *lock;
	int (*records)(void *arg, const struct tcptrail_record *records, size_t count);
	int (*idle)(void *arg);
	void *arg;
};

/**
 * struct session - a running one
 * @config: as told
 * @trail: NULL: there is no module
 * @missing: why, in words; empty if there is a trail
 * @origin: which machine and clock the records are of
 * @tracker: the connections
 * @info: what a device's module says of itself, at most some seconds old
 * @losses: what was read, and is missing
 * @resync: the sockets that existed at the start, or after the last loss
 * @resync_error: why they could not be listed after a loss, -errno; stays until it is reset
 * @poll: what the kernel said when it was asked last
 * @follow: its @tick_ms says how often @config.idle is called while a device is quiet
 * @tracker_config: of @tracker
 * @info_ns: when @info was asked for
 * @live: it is of now, not from a file
 * @moved: records came since the session was idle
 * @stopped: @config.records wants no more
 */
struct session {
	struct session_config config;
	struct tcptrail *trail;
	char missing[96];
	struct tcptrail_origin origin;
	struct tracker *tracker;
	struct tcptrail_info info;
	struct losses losses;
	struct resync resync;
	int resync_error;
	struct kernel_poll poll;
	struct follow follow;
	struct tracker_config tracker_config;
	uint64_t info_ns;
	bool live;
	bool moved;
	bool stopped;
};

/** session_open() - CMD_OK, or CMD_FAILED after a message; closed by session_close(), also then */
int session_open(struct session *session, const struct session_config *config);

void session_close(struct session *session);

/** session_begin() - read a device's history, list the sockets; CMD_OK, or CMD_FAILED after a message */
int session_begin(struct session *session);

/** session_catch_up() - read all that is recorded by now, of a file all; 0 or -errno of the trail */
int session_catch_up(struct session *session);

/** session_run() - read on until a signal, the end of a file or of the time; 0 or -errno */
int session_run(struct session *session);

/** session_step() - use what there is, without waiting: some of it if it is much. 0 or -errno */
int session_step(struct session *session);

/** session_feed() - records that the caller has read from session.trail; as @config.records returns */
int session_feed(struct session *session, const struct tcptrail_record *records, size_t count);

/**
 * session_poll() - ask the kernel for what no record tells, in the background
 * @session: its resync is newer or older than the answer: the newer one counts
 * @states: of which sockets; 0: nobody is left to ask about
 * @every_ns: how often
 *
 * To be called again and again. Return: something is known now that was not before
 */
bool session_poll(struct session *session, uint32_t states, uint64_t every_ns);

/** session_kernel() - what the kernel said when it was asked last; until the session changes */
struct kernel_view session_kernel(const struct session *session);

/** session_now_ns() - the time by the trail's clock; of a file that of its newest record */
uint64_t session_now_ns(const struct session *session);

/** session_complete_ns() - of what happened since then no record is missing; UINT64_MAX: none is there */
uint64_t session_complete_ns(const struct session *session);

/** session_tell_losses() - on standard error, if there are any */
void session_tell_losses(struct session *session);

#endif

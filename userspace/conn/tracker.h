/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection model: records in, connections out.
 *
 * It knows no file, no clock and no screen: its time is that of the records,
 * so that a trail read from a file gives what the live device gave. Records may
 * come in any order and hold anything: they can make it wrong, never make it
 * misbehave or grow beyond its limit.
 */
#ifndef CONN_TRACKER_H
#define CONN_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/base/time.h"
#include "userspace/conn/conn.h"
#include "userspace/conn/recent.h"

struct tracker;

#define TRACKER_CONNS_DEFAULT (1U << 21)
#define TRACKER_CONNS_MAX (1U << 24)

/**
 * tracker_ended_fn - called once for each life that ended
 * @arg: as given
 * @tracker: to ask for addresses and tasks
 * @conn: the connection, valid during the call; since_ns is when it ended
 *
 * Called a little later than the end (TRACKER_LINGER_NS of the trail's time), so
 * that the segments that went with it are counted.
 */
typedef void (*tracker_ended_fn)(void *arg, const struct tracker *tracker, const struct conn *conn);

#define TRACKER_LINGER_NS (100 * MS)

/**
 * tracker_record_fn - called for each record, when what it says is known
 * @arg: as given
 * @tracker: to ask for addresses and tasks
 * @conn: the end that it is about, as it is after it; NULL: none that is tracked
 * @record: the record
 */
typedef void (*tracker_record_fn)(void *arg, const struct tracker *tracker, const struct conn *conn,
				  const struct tcptrail_record *record);

/** enum conn_step - what happens to one end, for those that count */
enum conn_step {
	CONN_STEP_LEAVES, /* it is about to leave its state: conn.state is the old one */
	CONN_STEP_OPENED, /* a passive opener reached ESTABLISHED */
	CONN_STEP_ESTABLISHED, /* conn.established_us is known now */
	CONN_STEP_ACCEPTED, /* conn.accepted_us is known now */
	CONN_STEP_SYN_AGAIN, /* it sent its SYN once more */
	CONN_STEP_SYN_ACK_AGAIN,
	CONN_STEP_FIN_AGAIN,
	CONN_STEP_NO_MINISOCKET, /* it closed without the TIME-WAIT that was due */
	CONN_STEP_ENDED, /* its life is told, or would be */
};

/** tracker_step_fn - called for each step of an end, at @time_ns */
typedef void (*tracker_step_fn)(void *arg, const struct tracker *tracker, const struct conn *conn,
				enum conn_step step, uint64_t time_ns);

/**
 * struct tracker_config - what a tracker is told when it is made
 * @max_conns: how many connection ends it holds at most; 0: the default. Beyond
 *	it the least useful one is dropped (and counted)
 * @join: find the other ends in all namespaces; and tell both at a time, when
 *	both have ended: the other one by tracker_peer()
 * @apart: with @join: tell each end when it is over, all the same
 * @recent: keep what ended lately, for rates: tracker_recent_close_waits() and
 *	tracker_recent_ports(); 1.2 MB at most
 * @record: called for each record, or NULL
 * @step: called for each step, or NULL; after it, @record for the record that told it
 * @ended: called at the end of a life, or NULL
 * @gone: called for each end that leaves the tracker, told or not, or NULL: from then
 *	on its struct conn is another's. tracker_free() calls it for none
 * @incomplete: a hook of the module is missing (unrecorded_lives()): nothing follows from what is
 *	not on record, as if records had been lost
 * @arg: for all of them
 */
struct tracker_config {
	uint32_t max_conns;
	bool join;
	bool apart;
	bool recent;
	bool incomplete;
	tracker_record_fn record;
	tracker_step_fn step;
	tracker_ended_fn ended;
	tracker_ended_fn gone;
	void *arg;
};

/**
 * struct tracker_stats - what it has seen
 * @records: fed in all
 * @unmatched: segments of no connection that it knows
 * @created: lives that began
 * @ended: lives that ended
 * @evicted: lives that were dropped for want of memory
 * @last_evicted_ns: when the last of them was; 0: none
 * @lost: records that the trail lost, sum of its LOSS records
 * @last_loss_ns: when the last of those was noted, 0 if none
 * @newest_ns: time of the newest record
 */
struct tracker_stats {
	uint64_t records;
	uint64_t unmatched;
	uint64_t created;
	uint64_t ended;
	uint64_t evicted;
	uint64_t last_evicted_ns;
	uint64_t lost;
	uint64_t last_loss_ns;
	uint64_t newest_ns;
};

/** tracker_create() - 0 or -ENOMEM, -EINVAL for a limit above TRACKER_CONNS_MAX */
int tracker_create(struct tracker **tracker, const struct tracker_config *config);

void tracker_free(struct tracker *tracker);

/** tracker_feed() - take @count records, in the trail's order */
void tracker_feed(struct tracker *tracker, const struct tcptrail_record *records, size_t count);

/**
 * tracker_advance() - it is @now_ns by the trail's clock, though no record says so
 *
 * Nothing older may come: it tells the ends that have waited long enough.
 */
void tracker_advance(struct tracker *tracker, uint64_t now_ns);

/** tracker_is_waiting() - is there an end to be told, as soon as time has gone on? */
bool tracker_is_waiting(const struct tracker *tracker);

/**
 * tracker_settle() - tell the ends that still wait to be told: nothing comes after
 *
 * With tracker_config.join those whose other end lives stay: tracker_next() has them, and all
 * that live. Of these, too, it is noted then whether records were lost.
 */
void tracker_settle(struct tracker *tracker);

/**
 * tracker_refresh() - SNAPSHOT records that come late: only the facts, of those that are known
 *
 * Where the trail knows another state, or a later one, it knows better. So that, other
 * than with tracker_feed(), nothing is lost by having fed what was recorded meanwhile.
 */
void tracker_refresh(struct tracker *tracker, const struct tcptrail_record *records, size_t count);

/** tracker_unconfirm() - before another snapshot: what the last one saw counts no more */
void tracker_unconfirm(struct tracker *tracker);

/**
 * tracker_end_unseen() - those that are gone, though the trail does not show their end
 * @gone: says which; called for each that lives
 */
void tracker_end_unseen(struct tracker *tracker, bool (*gone)(void *arg, const struct conn *conn),
			void *arg);

const struct tracker_stats *tracker_stats(const struct tracker *tracker);

/**
 * tracker_recent_close_waits() - CLOSE-WAITs that have gone on, by the pid of who closed
 *	them; 0: not known who. NULL without tracker_config.recent
 */
const struct recent *tracker_recent_close_waits(const struct tracker *tracker);

/**
 * tracker_recent_ports() - connections of this side's that have ended, or have become
 *	TIME-WAITs: by destination. NULL without tracker_config.recent
 */
const struct recent *tracker_recent_ports(const struct tracker *tracker);

/** tracker_next() - the connection after @conn, the first for NULL, NULL after the last */
const struct conn *tracker_next(const struct tracker *tracker, const struct conn *conn);

/**
 * tracker_slot() - the number of @conn, from 1 to max_conns: no other end has it
 *	until tracker_config.gone is called for @conn
 */
uint32_t tracker_slot(const struct tracker *tracker, const struct conn *conn);

/** tracker_count() - how many there are */
uint32_t tracker_count(const struct tracker *tracker);

/** tracker_laddr() - this end's address, IPv4 as ::ffff:a.b.c.d */
void tracker_laddr(const struct tracker *tracker, const struct conn *conn, uint8_t address[16]);

/** tracker_raddr() - the other end's, likewise */
void tracker_raddr(const struct tracker *tracker, const struct conn *conn, uint8_t address[16]);

/**
 * tracker_peer() - the other end of the connection if it is on this machine, or NULL
 *
 * With tracker_config.join in whatever namespace it is, else in the same one only.
 */
const struct conn *tracker_peer(const struct tracker *tracker, const struct conn *conn);

/** tracker_listener() - the listener that a passive connection came by, or NULL */
const struct conn *tracker_listener(const struct tracker *tracker, const struct conn *conn);

/** tracker_syn_listener() - the listener on this machine to which one in SYN-SENT has sent its SYN, or NULL */
const struct conn *tracker_syn_listener(const struct tracker *tracker, const struct conn *conn);

/**
 * struct task - who did something
 * @refs: the model's: how many connections name it
 * @pid: process id in the initial namespace
 * @comm: its name, zero-padded
 */
struct task {
	uint32_t refs;
	uint32_t pid;
	char comm[16];
};

/** tracker_task() - conn.opener or conn.owner; NULL for 0: not known */
const struct task *tracker_task(const struct tracker *tracker, uint32_t id);

#endif

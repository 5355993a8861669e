/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection model: records in, connections out.
 *
 * It knows no file, no clock and no screen: its time is that of the records,
 * so that a trail read from a file gives what the live device gave. Records may
 * come in any order and hold anything: they can make it wrong, never make it
 * misbehave or grow beyond its limit.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/model/conn.h"

struct model;

#define MODEL_CONNS_DEFAULT (1U << 21)
#define MODEL_CONNS_MAX (1U << 24)

/**
 * model_ended_fn - called once for each life that ended
 * @arg: as given
 * @model: to ask for addresses and tasks
 * @conn: the connection, valid during the call; since_ns is when it ended
 *
 * Called a little later than the end (MODEL_LINGER_NS of the trail's time), so
 * that the segments that went with it are counted.
 */
typedef void (*model_ended_fn)(void *arg, const struct model *model, const struct conn *conn);

#define MODEL_LINGER_NS 100000000ULL

/**
 * struct model_config - what a model may be told at its making
 * @max_conns: how many connection ends it holds at most; 0: the default. Beyond
 *	it the least useful one is dropped (and counted)
 * @join: find the other ends in all namespaces; and tell both at a time, when
 *	both have ended: the other one by model_peer()
 * @ended: called at the end of a life, or NULL
 * @arg: for @ended
 */
struct model_config {
	uint32_t max_conns;
	bool join;
	model_ended_fn ended;
	void *arg;
};

/**
 * struct model_stats - what it has seen
 * @records: fed in all
 * @strangers: segments of no connection that it knows
 * @nameless: transitions without cookie and addresses, of no use
 * @created: lives that began
 * @ended: lives that ended
 * @evicted: lives that were dropped for want of memory
 * @lost: records that the trail lost, sum of its LOSS records
 * @last_loss_ns: when the last of those was noted, 0 if none
 * @newest_ns: time of the newest record
 */
struct model_stats {
	uint64_t records;
	uint64_t strangers;
	uint64_t nameless;
	uint64_t created;
	uint64_t ended;
	uint64_t evicted;
	uint64_t lost;
	uint64_t last_loss_ns;
	uint64_t newest_ns;
};

/** model_create() - 0 or -ENOMEM, -EINVAL for a limit above MODEL_CONNS_MAX */
int model_create(struct model **model, const struct model_config *config);

void model_free(struct model *model);

/** model_feed() - take @count records, in the trail's order */
void model_feed(struct model *model, const struct tcptrail_record *records, size_t count);

/**
 * model_advance() - it is @now_ns by the trail's clock, though no record says so
 *
 * Nothing older may come: it tells the ends that have waited long enough.
 */
void model_advance(struct model *model, uint64_t now_ns);

/** model_is_waiting() - is there an end to be told, as soon as time has gone on? */
bool model_is_waiting(const struct model *model);

/**
 * model_settle() - tell the ends that still wait to be told: nothing comes after
 *
 * With model_config.join those whose other end lives stay: model_next() has them.
 */
void model_settle(struct model *model);

/**
 * model_refresh() - SNAPSHOT records that come late: only the facts, of those that are known
 *
 * Where the trail knows another state, or a later one, it knows better. So that, other
 * than with model_feed(), nothing is lost by having fed what was recorded meanwhile.
 */
void model_refresh(struct model *model, const struct tcptrail_record *records, size_t count);

/** model_unconfirm() - before another snapshot: what the last one saw counts no more */
void model_unconfirm(struct model *model);

/**
 * model_end_unseen() - those that are gone, though the trail does not show their end
 * @gone: says which; called for each that lives
 */
void model_end_unseen(struct model *model, bool (*gone)(void *arg, const struct conn *conn),
		      void *arg);

const struct model_stats *model_stats(const struct model *model);

/** model_next() - the connection after @conn, the first for NULL, NULL after the last */
const struct conn *model_next(const struct model *model, const struct conn *conn);

/** model_count() - how many there are */
uint32_t model_count(const struct model *model);

/** model_find() - the one that a record is about; NULL if there is none (any more) */
const struct conn *model_find(const struct model *model, const struct tcptrail_record *record);

/** model_laddr() - this end's address, IPv4 as ::ffff:a.b.c.d */
void model_laddr(const struct model *model, const struct conn *conn, uint8_t address[16]);

/** model_raddr() - the other end's, likewise */
void model_raddr(const struct model *model, const struct conn *conn, uint8_t address[16]);

/**
 * model_peer() - the other end of the connection if it is on this machine, or NULL
 *
 * With model_config.join in whatever namespace it is, else in the same one only.
 */
const struct conn *model_peer(const struct model *model, const struct conn *conn);

/** model_listener() - the listener that a passive connection came by, or NULL */
const struct conn *model_listener(const struct model *model, const struct conn *conn);

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

/** model_task() - conn.opener or conn.owner; NULL for 0: not known */
const struct task *model_task(const struct model *model, uint32_t id);

#endif

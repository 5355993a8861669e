/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that exist now, as TCPTRAIL_SNAPSHOT records, in this and in all
 * other network namespaces that some process of this machine is in.
 *
 * Attach first, then list the sockets, then merge by time: so that no socket
 * falls between. A record's time is taken before the kernel listed the
 * socket: what the trail tells of a later time is newer than the snapshot.
 */
#ifndef SOCKDIAG_SNAPSHOT_H
#define SOCKDIAG_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "userspace/base/record.h"
#include "userspace/sockdiag/netns.h"

/**
 * struct snapshot - what was found
 * @records: SNAPSHOT records in the order of their times. Where a namespace could not
 *	be listed, a LOSS record of cause TCPTRAIL_LOSS_SNAPSHOT with its number
 *	stands in its place
 * @count: how many
 * @room: for how many there is memory
 * @live: what the records do not say of them, ascending by cookie; none of
 *	TIME-WAITs
 * @live_count: how many
 * @live_room: for how many there is memory
 * @netns: namespaces that were listed in full, ascending by number
 * @netns_count: how many
 * @netns_room: for how many there is memory
 * @states: bit n: sockets in state n (SYN_RECV stands for requests, too);
 *	SNAPSHOT_STALLED
 * @here: the namespace being listed
 */
struct snapshot {
	struct tcptrail_record *records;
	size_t count;
	size_t room;
	struct kernel_socket *live;
	size_t live_count;
	size_t live_room;
	struct netns_info *netns;
	size_t netns_count;
	size_t netns_room;
	uint32_t states;
	struct netns_info here;
};

#define SNAPSHOT_ALL_STATES (((1U << (TCPTRAIL_NEW_SYN_RECV + 1)) - 1) & ~1U)

/* Instead of all ESTABLISHED those on which nothing moves: the others are passed over quickly. */
#define SNAPSHOT_STALLED 1U

/**
 * snapshot_list() - list the sockets that are in some states
 * @snapshot: filled; freed by snapshot_free(), also after an error
 * @states: as in struct snapshot: the kernel passes over the others quickly
 *
 * Starts a thread to visit other namespaces (CAP_SYS_ADMIN); without that
 * right they are told as LOSS records.
 *
 * Return: 0, -ENOMEM, or the -errno that kept even this namespace from view
 */
int snapshot_list(struct snapshot *snapshot, uint32_t states);

void snapshot_free(struct snapshot *snapshot);

/** snapshot_forget() - its records; what is known of namespaces stays */
void snapshot_forget(struct snapshot *snapshot);

/** snapshot_netns() - what is known of a namespace that was listed in full; NULL for any other */
const struct netns_info *snapshot_netns(const struct snapshot *snapshot, uint32_t netns);

/** snapshot_live() - what is known of a socket beside its record; NULL for any other */
const struct kernel_socket *snapshot_live(const struct snapshot *snapshot, uint64_t cookie);

/* diag.c, diag_message.c */

/**
 * diag_dump() - the sockets of the calling thread's namespace
 * @snapshot: they are added
 * @netns: its number
 * @family: AF_INET or AF_INET6
 *
 * Return: 0 or -errno; -EINTR if the tables changed so much under the dump
 * that the kernel says it is incomplete
 */
int diag_dump(struct snapshot *snapshot, uint32_t netns, uint8_t family);

/**
 * diag_parse() - what one message says
 * @record: filled, all but time and netns
 * @live: filled: what no record has of it
 * @payload: struct inet_diag_msg and attributes, not trusted
 * @length: bytes of it
 * @fin_timeout_ns: of the namespace, for minisockets in FIN-WAIT-2; 0: not known
 *
 * Return: 0; -EBADMSG if it is no socket's, and nothing is filled
 */
int diag_parse(struct tcptrail_record *record, struct kernel_socket *live, const void *payload,
	       size_t length, uint64_t fin_timeout_ns);

#endif

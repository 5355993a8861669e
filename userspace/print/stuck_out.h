/* SPDX-License-Identifier: GPL-2.0 */
/* What is stuck: as lines for people, as lines of JSON. */
#ifndef PRINT_STUCK_OUT_H
#define PRINT_STUCK_OUT_H

#include "userspace/base/address.h"
#include "userspace/base/buf.h"
#include "userspace/base/duration.h"
#include "userspace/base/text.h"
#include "userspace/diagnose/stuck_group.h"

/**
 * struct stuck_out - what the lines are made from
 * @tracker: where the connections are
 * @now_ns: what time it is by the trail's clock
 * @holders: who holds their sockets now; NULL if that cannot be known (a file)
 * @kernel: what the kernel calls namespaces; likewise
 * @home_netns: the namespace that goes without saying, 0: none
 */
struct stuck_out {
	const struct tracker *tracker;
	uint64_t now_ns;
	const struct holders *holders;
	const struct kernel_view *kernel;
	uint32_t home_netns;
};

/* stuck_text.c, stuck_json.c */

/** stuck_ends() - a group's ends as far as all its sockets share them: "10.0.0.2:80", "*:80", "*" */
void stuck_ends(const struct stuck_out *o, const struct stuck_group *group,
		char local[ENDPOINT_MAX + 1], char remote[ENDPOINT_MAX + 1]);

/** stuck_text_header() - names of the columns */
void stuck_text_header(struct buf *out);

/** stuck_text() - a line, the facts, the verdict, the remedy */
void stuck_text(const struct stuck_out *o, struct buf *out, const struct stuck_group *group);

/** stuck_json() - one line; tcptrail-stuck(1) documents every field */
void stuck_json(const struct stuck_out *o, struct buf *out, const struct stuck_group *group);

/* stuck_words.c: what both are made of */

#define STUCK_NAME_MAX 128
#define STUCK_HOLDERS_NAMED 3

/* "nginx[1234] thread 1235 io_uring fd 17" so many times, and " and 12 more" */
#define STUCK_HOLDERS_MAX (STUCK_HOLDERS_NAMED * (PUT_TASK_MAX + 46) + 32)

/**
 * struct stuck_words - a group in words, those that belong to one socket of its oldest
 * @age: "14m03s"
 * @holder: "nginx[1234] fd 17, nginx[1235] fd 17"; empty if nobody is known
 * @owner: "nginx[1234]": the first of them, or who acted last
 * @inherited_from: who has opened it, if its holder has inherited it; empty: not known
 * @listener: who listens where it came in
 * @leg: of a relay: the remote end of the other leg, and whose it is if that is known
 * @leg_peer: whose that one is
 * @peer: whose the other end is, if it is on this machine
 * @holders: who holds it now
 * @holders_count: how many descriptors
 * @unheld: no process has a descriptor of it, though it has a file
 * @process: the first holder's; NULL if not known
 * @leak: how the CLOSE-WAITs of its holder grow; NULL if not known
 * @netns: its namespace's name; empty if it has none, or it is not known
 * @verdict: the verdict
 */
struct stuck_words {
	char age[DURATION_MAX + 1];
	char holder[STUCK_HOLDERS_MAX];
	char owner[STUCK_NAME_MAX];
	char inherited_from[STUCK_NAME_MAX];
	char listener[STUCK_NAME_MAX];
	char leg[2 * STUCK_NAME_MAX];
	char leg_peer[STUCK_NAME_MAX];
	char peer[STUCK_NAME_MAX];
	const struct holder *holders;
	size_t holders_count;
	bool unheld;
	const struct process *process;
	const struct descriptor_leak *leak;
	const char *netns;
	struct verdict verdict;
};

void stuck_words(const struct stuck_out *o, const struct stuck_group *group,
		 struct stuck_words *words);

/* stuck_details.c: under a line, as paragraphs */

/** stuck_put_details() - where it is, whose it is, what lies in it, when something moved last */
void stuck_put_details(const struct stuck_out *o, struct buf *out, const struct stuck_group *group,
		       const struct stuck_words *words);

#define STUCK_INDENT 4 /* columns before what is said of a line */

/**
 * stuck_cgroup() - the control group of a socket
 * @o: what is known
 * @conn: the socket
 * @words: who holds it
 * @room: used if it has to be looked up
 *
 * That of the process that holds it; without one, that in which it was made.
 * Return: NULL if it is not known
 */
const struct cgroup_name *stuck_cgroup(const struct stuck_out *o, const struct conn *conn,
				       const struct stuck_words *words, struct cgroup_name *room);

#endif

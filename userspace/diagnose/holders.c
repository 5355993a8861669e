// SPDX-License-Identifier: GPL-2.0
/* /proc is asked once, for the sockets of all findings and, with a leak, of all CLOSE-WAITs. */
#include "userspace/diagnose/holders.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/conn/counters.h"

static uint32_t inode_of(const struct conn *c)
{
	return c ? c->inode : 0;
}

/* One that waits to be accepted is its listener's. */
static const struct conn *or_listener(const struct tracker *m, const struct conn *c)
{
	return c && counters_place(c) & COUNTERS_UNACCEPTED ? tracker_listener(m, c) : c;
}

static const struct conn *leg_peer(const struct tracker *m, const struct finding *f)
{
	const struct conn *leg = relay_other(f->relay);

	return leg ? tracker_peer(m, leg) : NULL;
}

/* What has no file is not looked for: /proc is large. With a leak all its sockets count. */
static int find_owners(struct owners *owners, const struct stuck_result *r)
{
	uint32_t *inodes = calloc(4 * r->count + r->close_wait_count + 1, sizeof(*inodes));
	const struct tracker *m = r->query.tracker;
	const struct finding *f;
	size_t i, wanted = 0;
	bool leaks = false;
	int err;

	if (!inodes)
		return -ENOMEM;
	for (i = 0; i < r->count; i++) {
		f = &r->findings[i];
		inodes[wanted++] = f->conn->inode;
		inodes[wanted++] = inode_of(or_listener(m, finding_peer(f)));
		inodes[wanted++] = inode_of(or_listener(m, leg_peer(m, f)));
		if (!f->conn->inode || f->state == TCPTRAIL_SYN_SENT)
			inodes[wanted++] = inode_of(finding_listener(f, m));
		leaks |= f->state == TCPTRAIL_CLOSE_WAIT && f->conn->inode;
	}
	for (i = 0; leaks && i < r->close_wait_count; i++)
		inodes[wanted++] = r->close_waits[i].inode;
	err = owners_find(owners, inodes, wanted);
	free(inodes);
	return err;
}

/* What was found with an age of "at least" began before the window did. */
static void count_one(struct descriptor_leak *leak, const struct stuck_query *q,
		      const struct close_wait *w)
{
	if (!leak->count++)
		leak->trend = trend_begin(q->tracker, tracker_recent_close_waits(q->tracker),
					  q->now_ns, DESCRIPTOR_LEAK_WINDOW_NS,
					  DESCRIPTOR_LEAK_LEAST_NS, q->complete_ns);
	if (!w->at_least)
		trend_add_begun(&leak->trend, w->since_ns);
}

/* A socket counts once for each descriptor table, by however many descriptors. */
static int count_socket(struct holders *h, const struct stuck_query *q, const struct close_wait *w)
{
	const struct holder *holders;
	struct descriptor_leak *leak;
	size_t count, i;
	uint64_t task;

	holders = owners_of(&h->owners, w->inode, &count);
	for (i = 0; i < count; i++) {
		if (i && holders[i].task == holders[i - 1].task)
			continue;
		task = holders[i].task;
		leak = hashmap_get(&h->leaks, &task);
		if (!leak)
			return -ENOMEM;
		count_one(leak, q, w);
		leak->uncounted |= h->foreign_pids || task != holders[i].pid ||
				   task != holders[0].task || task != holders[count - 1].task;
	}
	return 0;
}

int holders_count_leaks(struct holders *h, const struct stuck_result *r)
{
	const struct process *process;
	struct descriptor_leak *leak;
	size_t i;

	hashmap_init(&h->leaks, sizeof(leak->task), sizeof(*leak));
	for (i = 0; i < r->close_wait_count; i++)
		if (count_socket(h, &r->query, &r->close_waits[i]))
			return -ENOMEM;
	for (i = 0; i < h->leaks.count; i++) {
		leak = hashmap_at(&h->leaks, i);
		process = owners_process(&h->owners, (uint32_t)leak->task);
		if (process) {
			leak->fds = process->fds;
			leak->fd_limit = process->fd_limit;
		}
		descriptor_leak_end(leak, tracker_recent_close_waits(r->query.tracker));
	}
	return 0;
}

/*
 * Who has opened it, if that process has no descriptor of it any more. Of a listener whoever
 * accepted last may be any of its workers.
 */
static const struct task *former_owner(const struct holders *h, const struct tracker *m,
				       const struct conn *c, const struct holder **holder)
{
	const struct task *opener = c->role == CONN_LISTENER ? NULL : tracker_task(m, c->opener);
	size_t count, i;

	*holder = holders_of(h, c, &count);
	for (i = 0; opener && i < count; i++)
		if ((*holder)[i].pid == opener->pid)
			return NULL;
	return count ? opener : NULL;
}

static int find_heirs(struct holders *h, const struct stuck_result *r)
{
	const struct holder *holder;
	const struct task *opener;
	struct heir *heir;
	size_t i, known;

	hashmap_init(&h->heirs, offsetof(struct heir, lineage), sizeof(*heir));
	for (i = 0; i < r->count && !h->foreign_pids; i++) {
		opener = former_owner(h, r->query.tracker, r->findings[i].conn, &holder);
		if (!opener)
			continue;
		known = h->heirs.count;
		heir = hashmap_get(&h->heirs, &(struct heir){ holder->pid, opener->pid });
		if (!heir)
			return -ENOMEM;
		if (h->heirs.count > known)
			lineage_find(&heir->lineage, holder->pid, opener->pid, opener->comm);
	}
	return 0;
}

int holders_find(struct holders *h, const struct stuck_result *r)
{
	int err;

	*h = (struct holders){ .foreign_pids = !process_pids_are_initial() };
	err = find_owners(&h->owners, r);
	if (!err)
		err = find_heirs(h, r);
	return err ? err : holders_count_leaks(h, r);
}

void holders_free(struct holders *h)
{
	owners_free(&h->owners);
	hashmap_fini(&h->leaks);
	hashmap_fini(&h->heirs);
}

const struct holder *holders_of(const struct holders *h, const struct conn *c, size_t *count)
{
	*count = 0;
	return h ? owners_of(&h->owners, c->inode, count) : NULL;
}

bool holders_none(const struct holders *h, const struct conn *c)
{
	size_t count;

	return h && h->owners.complete && c->inode && !holders_of(h, c, &count);
}

static bool is_one_process(const struct holder *holders, size_t count)
{
	return holders[0].task == holders[count - 1].task;
}

/* Of several that hold it, the one that opened or accepted it acts on it; a listener's, that accepts. */
static struct owner owner_among(const struct holder *holders, size_t count,
				const struct task *actor)
{
	size_t i;

	for (i = 0; actor && i < count; i++)
		if (holders[i].pid == actor->pid)
			return (struct owner){ holders[i].comm, holders[i].pid, holders[i].task,
					       true };
	return (struct owner){ holders->comm, holders->pid, holders->task,
			       is_one_process(holders, count) };
}

struct owner holders_owner(const struct holders *h, const struct tracker *m, const struct conn *c)
{
	const struct task *opener = tracker_task(m, c->opener), *last = tracker_task(m, c->owner);
	const struct holder *holders;
	size_t count;

	holders = holders_of(h, c, &count);
	if (count)
		return owner_among(holders, count, h->foreign_pids ? NULL : opener);
	if (!last || (opener && c->role == CONN_LISTENER))
		last = opener;
	return last ? (struct owner){ last->comm, last->pid, 0, false } : (struct owner){ 0 };
}

const struct task *holders_gone(const struct holders *h, const struct tracker *m,
				const struct conn *c)
{
	const struct task *maker = c->flags & CONN_FOUND ? NULL : tracker_task(m, c->owner);
	const struct holder *holders;
	size_t count, i;

	holders = holders_of(h, c, &count);
	if (!maker || !count || !h->owners.complete)
		return NULL;
	for (i = 0; i < count; i++)
		if (holders[i].pid == maker->pid)
			return NULL;
	return maker;
}

static struct owner owner_of_other(const struct holders *h, const struct tracker *m,
				   const struct conn *other)
{
	const struct conn *c = or_listener(m, other);

	if (!c || c->object != CONN_SOCKET || c->flags & CONN_ORPHAN)
		return (struct owner){ 0 };
	return holders_owner(h, m, c);
}

struct owner holders_leg_owner(const struct holders *h, const struct tracker *m,
			       const struct finding *f)
{
	return owner_of_other(h, m, leg_peer(m, f));
}

struct owner holders_peer_owner(const struct holders *h, const struct tracker *m,
				const struct finding *f)
{
	return owner_of_other(h, m, finding_peer(f));
}

const struct task *holders_inherited_from(const struct holders *h, const struct tracker *m,
					  const struct conn *c)
{
	const struct holder *holder;
	const struct task *opener = h ? former_owner(h, m, c, &holder) : NULL;
	uint64_t opened_ns = c->begun_ns + c->accepted_us * US;
	const struct heir *heir;

	if (!opener || c->flags & CONN_FOUND || (c->role == CONN_PASSIVE && !c->accepted_us))
		return NULL;
	heir = hashmap_find(&h->heirs, &(struct heir){ holder->pid, opener->pid });
	return heir && heir->lineage.descends && heir->lineage.executed &&
			       heir->lineage.begun_ns >= opened_ns ?
		       opener :
		       NULL;
}

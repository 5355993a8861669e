// SPDX-License-Identifier: GPL-2.0
/*
 * All namespaces: this one first, then, in a thread that changes its own
 * namespace only, each one that a process of this machine is in or that has a
 * name.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "userspace/sockdiag/snapshot.h"
#include "userspace/base/array.h"
#include "userspace/base/hashmap.h"
#include "userspace/base/order.h"
#include "userspace/base/time.h"

#define DUMP_TRIES 3

static int note_unseen(struct snapshot *s, uint32_t netns)
{
	struct tcptrail_record r = { .kind = TCPTRAIL_LOSS,
				     .time_ns = time_now_ns(),
				     .netns = netns };

	r.loss.cause = TCPTRAIL_LOSS_SNAPSHOT;
	r.loss.since_ns = r.time_ns;
	return array_push(s->records, s->count, s->room, r);
}

/* A dump that was disturbed begins again: its beginning is thrown away. */
static int dump_family(struct snapshot *s, uint32_t netns, uint8_t family)
{
	size_t before = s->count, before_live = s->live_count;
	int tries, err = 0;

	for (tries = 0; tries < DUMP_TRIES; tries++) {
		s->count = before;
		s->live_count = before_live;
		err = diag_dump(s, netns, family);
		if (err != -EINTR)
			break;
	}
	return err;
}

/* The calling thread's namespace. A kernel without IPv6 has no such sockets. */
static int dump_here(struct snapshot *s, uint32_t netns)
{
	int err, err6;

	netns_read(&s->here, netns);
	err = dump_family(s, netns, AF_INET);
	if (err && err != -EINTR)
		return err;
	err6 = dump_family(s, netns, AF_INET6);
	if (err6 == -ENOENT || err6 == -EAFNOSUPPORT)
		err6 = 0;
	if (err6 && err6 != -EINTR)
		return err6;
	if (err || err6)
		return note_unseen(s, netns);
	return array_push(s->netns, s->netns_count, s->netns_room, s->here);
}

/* Whether its sockets could be listed or not: 1 if it is new, 0 if it was met before. */
static int meet(struct hashmap *met, uint64_t netns)
{
	size_t before = met->count;

	return hashmap_get(met, &netns) ? met->count > before : -ENOMEM;
}

static int visit(struct snapshot *s, const char *path, uint32_t netns)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : note_unseen(s, netns);
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	if (err)
		return note_unseen(s, netns);
	err = dump_here(s, netns);
	return err && err != -ENOMEM ? note_unseen(s, netns) : err;
}

struct tour {
	struct snapshot *snapshot;
	uint32_t home;
	int err;
};

/* Each namespace at DIRECTORY/NAME@suffix that was not met before. */
static int visit_each(struct snapshot *s, struct hashmap *met, const char *directory,
		      const char *suffix, bool digits)
{
	char path[64 + NAME_MAX];
	struct dirent *entry;
	DIR *dir = opendir(directory);
	uint32_t netns = 0;
	int err = 0;

	if (!dir)
		return -errno;
	while (err >= 0 && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || (digits && !isdigit(*entry->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory, entry->d_name, suffix);
		if (netns_number(path, &netns))
			continue; /* gone, a zombie, or not ours to know */
		err = meet(met, netns);
		if (err > 0)
			err = visit(s, path, netns);
	}
	closedir(dir);
	return err < 0 ? err : 0;
}

/* Those that processes are in, and those that `ip netns` keeps without one. */
static int visit_all(struct snapshot *s, struct hashmap *met)
{
	int err = visit_each(s, met, "/proc", "/ns/net", true);

	if (!err)
		err = visit_each(s, met, "/run/netns", "", false);
	return err == -ENOENT || err == -EACCES ? 0 : err;
}

static void *go_round(void *arg)
{
	struct tour *tour = arg;
	struct hashmap met;

	hashmap_init(&met, sizeof(uint64_t), sizeof(uint64_t));
	tour->err = meet(&met, tour->home);
	if (tour->err > 0)
		tour->err = visit_all(tour->snapshot, &met);
	hashmap_fini(&met);
	return NULL;
}

ORDER(by_cookie, struct kernel_socket, COMPARE(x->cookie, y->cookie))

int snapshot_list(struct snapshot *s, uint32_t states)
{
	struct tour tour = { .snapshot = s };
	pthread_t thread;
	int err;

	*s = (struct snapshot){ .states = states & (SNAPSHOT_ALL_STATES | SNAPSHOT_STALLED) };
	err = netns_number("/proc/thread-self/ns/net", &tour.home);
	if (err)
		return err;
	err = dump_here(s, tour.home);
	if (err)
		return err;
	/* setns() moves only the thread that calls it. */
	err = -pthread_create(&thread, NULL, go_round, &tour);
	if (err)
		return err;
	pthread_join(thread, NULL);
	netns_sort(s->netns, s->netns_count);
	if (s->live_count)
		qsort(s->live, s->live_count, sizeof(*s->live), by_cookie);
	return tour.err;
}

void snapshot_free(struct snapshot *s)
{
	free(s->records);
	free(s->live);
	free(s->netns);
	*s = (struct snapshot){ 0 };
}

void snapshot_forget(struct snapshot *s)
{
	free(s->records);
	s->records = NULL;
	s->count = 0;
	s->room = 0;
}

const struct netns_info *snapshot_netns(const struct snapshot *s, uint32_t netns)
{
	return netns_find(s->netns, s->netns_count, netns);
}

const struct kernel_socket *snapshot_live(const struct snapshot *s, uint64_t cookie)
{
	const struct kernel_socket key = { .cookie = cookie };

	return s->live_count ? bsearch(&key, s->live, s->live_count, sizeof(key), by_cookie) : NULL;
}

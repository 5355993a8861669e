// SPDX-License-Identifier: GPL-2.0
/*
 * The table of flows: open addressing, at most half full, never grown. At each update flows
 * without connections and without recent openings leave, and the others are hashed anew, so
 * that no entry has to be deleted in between. "Recent" is a ring of one counter for each
 * update.
 */
#include "userspace/conn/flows.h"

#include <string.h>

#include "userspace/base/index.h"

#define SLOTS (2 * FLOWS_MAX)

/* Keyed: who is recorded chooses addresses and names, and shall not choose slots. */
static unsigned int key_slot(const struct flows *f, const struct flow_key *key)
{
	uint64_t rest = (uint64_t)key->netns << 32 | (uint32_t)key->port << 16 | key->passive;

	return index_hash(f->secret, rest ^ index_hash_16(f->secret, key->address),
			  index_hash_16(f->secret, key->comm)) %
	       SLOTS;
}

/* The slot of @key, or the free one where it would be. */
static uint16_t *find(struct flows *f, const struct flow_key *key)
{
	unsigned int slot = key_slot(f, key);

	while (f->slots[slot] && memcmp(&f->list[f->slots[slot] - 1].key, key, sizeof(*key)))
		slot = (slot + 1) % SLOTS;
	return &f->slots[slot];
}

uint64_t flow_recent(const struct flow *flow)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i <= FLOWS_UPDATES; i++)
		sum += flow->recent[i];
	return sum;
}

void flows_begin(struct flows *f)
{
	unsigned int i, kept = 0;

	if (!f->secret[0])
		index_new_key(f->secret);
	memset(f->slots, 0, sizeof(f->slots));
	for (i = 0; i < f->count; i++) {
		struct flow *flow = &f->list[i];

		if (!flow->live && !flow->time_wait && !flow_recent(flow))
			continue;
		flow->live = 0;
		flow->time_wait = 0;
		if (kept != i)
			f->list[kept] = *flow;
		kept++;
		*find(f, &f->list[kept - 1].key) = (uint16_t)kept;
	}
	f->count = kept;
}

void flows_end(struct flows *f, bool forget)
{
	f->current = (f->current + 1) % (FLOWS_UPDATES + 1);
	for (unsigned int i = 0; i < f->count; i++) {
		if (forget)
			memset(f->list[i].recent, 0, sizeof(f->list[i].recent));
		f->list[i].recent[f->current] = 0;
	}
}

static void key_of(struct flow_key *key, const struct tracker *m, const struct conn *c,
		   const struct task *task)
{
	memset(key, 0, sizeof(*key));
	if (task)
		memcpy(key->comm, task->comm, sizeof(key->comm));
	key->netns = c->netns;
	key->passive = c->role == CONN_PASSIVE ||
		       (c->role == CONN_ROLE_UNKNOWN && tracker_listener(m, c));
	key->port = key->passive ? c->lport : c->rport;
	if (!key->passive)
		tracker_raddr(m, c, key->address);
}

void flows_add(struct flows *f, const struct tracker *m, const struct conn *c, bool is_new)
{
	const struct task *task = tracker_task(m, c->opener ? c->opener : c->owner);
	struct flow_key key;
	struct flow *flow;
	uint16_t *slot;

	key_of(&key, m, c, task);
	slot = find(f, &key);
	if (!*slot) {
		if (f->count == FLOWS_MAX)
			return;
		f->list[f->count] = (struct flow){ .key = key };
		*slot = (uint16_t)++f->count;
	}
	flow = &f->list[*slot - 1];
	if (task)
		flow->pid = task->pid;
	flow->live += !c->end && c->state != TCPTRAIL_TIME_WAIT;
	flow->time_wait += !c->end && c->state == TCPTRAIL_TIME_WAIT;
	flow->opened += is_new;
	flow->recent[f->current] += is_new;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Byte order: each number of a header, of the module's info and of a record, turned round
 * in place. A body is swapped by its kind; what a newer kind has in its body is left alone.
 */
#include "userspace/trail/file.h"

/* Whatever its size and sign. */
#define SWAP(n)                                                                    \
	((n) = (__typeof__(n))(sizeof(n) == 2 ? __builtin_bswap16((uint16_t)(n)) : \
			       sizeof(n) == 4 ? __builtin_bswap32((uint32_t)(n)) : \
						__builtin_bswap64((uint64_t)(n))))

void swap_header(struct file_header *h)
{
	SWAP(h->byte_order);
	SWAP(h->version_major);
	SWAP(h->version_minor);
	SWAP(h->header_size);
	SWAP(h->record_size);
	SWAP(h->realtime_offset_ns);
	SWAP(h->created_ns);
	SWAP(h->info_size);
	SWAP(h->netns);
}

void swap_info(struct tcptrail_info *info)
{
	SWAP(info->size);
	SWAP(info->abi_major);
	SWAP(info->abi_minor);
	SWAP(info->record_size);
	SWAP(info->ring_records);
	SWAP(info->ring_offset);
	SWAP(info->map_stride);
	SWAP(info->cpus);
	SWAP(info->readers);
	SWAP(info->loaded_ns);
	SWAP(info->features);
	SWAP(info->no_ring);
	SWAP(info->syn_rate);
	SWAP(info->nports);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_PORTS; i++)
		SWAP(info->ports[i]);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_HOOKS; i++)
		SWAP(info->hooks[i]);
	SWAP(info->netns_failed);
}

static void swap_transition(struct tcptrail_transition *t, bool bytes)
{
	SWAP(t->error);
	SWAP(t->retrans_total);
	if (bytes) {
		SWAP(t->sent);
		SWAP(t->received);
	} else {
		SWAP(t->cgroup);
		SWAP(t->uid);
		SWAP(t->srtt_us);
	}
	SWAP(t->pid);
	SWAP(t->inode);
	SWAP(t->unread);
	SWAP(t->unacked);
}

static void swap_segment(struct tcptrail_segment *s)
{
	SWAP(s->window);
	SWAP(s->seq);
	SWAP(s->ack);
	SWAP(s->len);
	SWAP(s->ifindex);
}

void swap_record(struct tcptrail_record *r)
{
	SWAP(r->seq);
	SWAP(r->time_ns);
	SWAP(r->cookie);
	SWAP(r->netns);
	SWAP(r->cpu);
	SWAP(r->lport);
	SWAP(r->rport);
	SWAP(r->flags);
	if (record_is_transition(r))
		swap_transition(&r->transition, r->flags & TCPTRAIL_F_BYTES);
	if (r->kind == TCPTRAIL_SNAPSHOT)
		record_set_min_age_ns(r, __builtin_bswap64(record_min_age_ns(r)));
	if (r->kind == TCPTRAIL_SEGMENT)
		swap_segment(&r->segment);
	if (r->kind == TCPTRAIL_LOSS) {
		SWAP(r->loss.count);
		SWAP(r->loss.since_ns);
	}
}

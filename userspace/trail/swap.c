// SPDX-License-Identifier: GPL-2.0
/*
 * Byte order: each number of a header, of the module's info and of a record, turned round
 * in place. A body is swapped by its kind; what a newer kind has in its body is left alone.
 */
#include "userspace/trail/swap.h"

static void swap16(uint16_t *n)
{
	*n = __builtin_bswap16(*n);
}

static void swap32(uint32_t *n)
{
	*n = __builtin_bswap32(*n);
}

static void swap64(void *n)
{
	uint64_t *p = n;

	*p = __builtin_bswap64(*p);
}

void swap_header(struct file_header *h)
{
	swap32(&h->byte_order);
	swap16(&h->version_major);
	swap16(&h->version_minor);
	swap32(&h->header_size);
	swap32(&h->record_size);
	swap64(&h->realtime_offset_ns);
	swap64(&h->created_ns);
	swap32(&h->info_size);
	swap32(&h->netns);
}

void swap_info(struct tcptrail_info *info)
{
	swap32(&info->size);
	swap16(&info->abi_major);
	swap16(&info->abi_minor);
	swap32(&info->record_size);
	swap32(&info->ring_records);
	swap32(&info->ring_offset);
	swap64(&info->map_stride);
	swap32(&info->cpus);
	swap32(&info->readers);
	swap64(&info->loaded_ns);
	swap64(&info->features);
	swap64(&info->no_ring);
	swap32(&info->syn_rate);
	swap32(&info->nports);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_PORTS; i++)
		swap16(&info->ports[i]);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_HOOKS; i++)
		info->hooks[i] = (int32_t)__builtin_bswap32((uint32_t)info->hooks[i]);
	swap32(&info->netns_failed);
}

static void swap_transition(struct tcptrail_transition *t, bool bytes)
{
	swap16(&t->error);
	swap16(&t->retrans_total);
	if (bytes) {
		swap64(&t->sent);
		swap64(&t->received);
	} else {
		swap64(&t->cgroup);
		swap32(&t->uid);
		swap32(&t->srtt_us);
	}
	swap32(&t->pid);
	swap32(&t->inode);
	swap32(&t->unread);
	swap32(&t->unacked);
}

static void swap_segment(struct tcptrail_segment *s)
{
	swap16(&s->window);
	swap32(&s->seq);
	swap32(&s->ack);
	swap32(&s->len);
	swap32(&s->ifindex);
}

void swap_record(struct tcptrail_record *r)
{
	swap64(&r->seq);
	swap64(&r->time_ns);
	swap64(&r->cookie);
	swap32(&r->netns);
	swap16(&r->cpu);
	swap16(&r->lport);
	swap16(&r->rport);
	swap16(&r->flags);
	if (record_is_transition(r))
		swap_transition(&r->transition, r->flags & TCPTRAIL_F_BYTES);
	if (r->kind == TCPTRAIL_SNAPSHOT)
		record_set_min_age_ns(r, __builtin_bswap64(record_min_age_ns(r)));
	if (r->kind == TCPTRAIL_SEGMENT)
		swap_segment(&r->segment);
	if (r->kind == TCPTRAIL_LOSS) {
		swap64(&r->loss.count);
		swap64(&r->loss.since_ns);
	}
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots of one size, numbered from 1, that never move and never exceed a limit.
 *
 * The address range for all of them is reserved once and made usable piece by
 * piece, so that a slot's address is one multiplication away.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct pool - the slots
 * @base: start of the reserved range; slot 0 is never handed out
 * @size: bytes per slot, at least 4
 * @usable: bytes of the range that are memory
 * @limit: highest slot number
 * @top: slots below this have been handed out at least once
 * @free: first of the slots that were given back, 0 if none; each holds the
 *	number of the next one in its first four bytes
 */
struct pool {
	char *base;
	size_t size;
	size_t usable;
	uint32_t limit;
	uint32_t top;
	uint32_t free;
};

/** pool_init() - reserve a pool of @limit slots; 0 or -ENOMEM */
int pool_init(struct pool *pool, size_t size, uint32_t limit);

void pool_fini(struct pool *pool);

/** pool_alloc() - a zeroed slot, 0 if the limit or the memory is reached */
uint32_t pool_alloc(struct pool *pool);

/** pool_free() - give a slot back; its content is zeroed */
void pool_free(struct pool *pool, uint32_t slot);

static inline void *pool_at(const struct pool *pool, uint32_t slot)
{
	return pool->base + pool->size * slot;
}

#endif

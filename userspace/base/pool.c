// SPDX-License-Identifier: GPL-2.0
/*
 * The pool: address space for all slots is reserved at once, memory is added in steps of
 * 2 MiB (huge pages where the kernel has them). A slot that is given back heads a list
 * that runs through the free slots themselves.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "userspace/base/pool.h"

#define STEP_BYTES (2UL << 20) /* a huge page */

static size_t pool_bytes(const struct pool *pool)
{
	size_t bytes = pool->size * ((size_t)pool->limit + 1);

	return (bytes + STEP_BYTES - 1) & ~(STEP_BYTES - 1);
}

int pool_init(struct pool *pool, size_t size, uint32_t limit)
{
	void *base;

	*pool = (struct pool){ .size = size, .limit = limit, .top = 1 };
	base = mmap(NULL, pool_bytes(pool), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (base == MAP_FAILED)
		return -ENOMEM;
	pool->base = base;
	return 0;
}

void pool_fini(struct pool *pool)
{
	if (pool->base)
		munmap(pool->base, pool_bytes(pool));
	*pool = (struct pool){ 0 };
}

static int pool_grow(struct pool *pool)
{
	if (pool->usable == pool_bytes(pool) ||
	    mprotect(pool->base + pool->usable, STEP_BYTES, PROT_READ | PROT_WRITE))
		return -ENOMEM;
	madvise(pool->base + pool->usable, STEP_BYTES, MADV_HUGEPAGE);
	pool->usable += STEP_BYTES;
	return 0;
}

uint32_t pool_alloc(struct pool *pool)
{
	uint32_t slot = pool->free;

	if (slot) {
		memcpy(&pool->free, pool_at(pool, slot), sizeof(pool->free));
		memset(pool_at(pool, slot), 0, sizeof(pool->free));
		return slot;
	}
	if (pool->top > pool->limit)
		return 0;
	if (pool->size * (pool->top + 1) > pool->usable && pool_grow(pool))
		return 0;
	return pool->top++;
}

void pool_free(struct pool *pool, uint32_t slot)
{
	memset(pool_at(pool, slot), 0, pool->size);
	memcpy(pool_at(pool, slot), &pool->free, sizeof(pool->free));
	pool->free = slot;
}

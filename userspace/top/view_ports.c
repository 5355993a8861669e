// SPDX-License-Identifier: GPL-2.0
/* How many of the source ports towards a destination are taken: of all who go there. */
#include <stdlib.h>
#include <string.h>

#include "userspace/top/view_ports.h"

static int by_destination(const struct usage *c, uint32_t netns, uint16_t port,
			  const uint8_t address[16])
{
	if (c->passive)
		return 1; /* these stand behind all others, and are never asked for */
	if (c->netns != netns)
		return c->netns < netns ? -1 : 1;
	if (c->port != port)
		return c->port < port ? -1 : 1;
	return memcmp(c->raddr, address, 16);
}

/* Of several source addresses the one that is worst off comes first. */
static int in_order(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;
	int order;

	if (x->passive || y->passive)
		return x->passive - y->passive;
	order = by_destination(x, y->netns, y->port, y->raddr);
	if (order)
		return order;
	return (port_usage_share(x) < port_usage_share(y)) -
	       (port_usage_share(x) > port_usage_share(y));
}

void view_ports_sort(struct usage *list, size_t count)
{
	if (count)
		qsort(list, count, sizeof(*list), in_order);
}

const struct usage *view_ports_find(const struct usage *list, size_t count,
				    const struct flow_key *key)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (by_destination(&list[middle], key->netns, key->port, key->address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < count && !by_destination(&list[low], key->netns, key->port, key->address))
		return &list[low];
	return NULL;
}

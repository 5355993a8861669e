// SPDX-License-Identifier: GPL-2.0
/* How fast the CLOSE-WAITs of a process become more, and when its descriptors run out. */
#include "userspace/diagnose/descriptor_leak.h"

#include "userspace/procfs/process.h"

uint64_t descriptor_leak_per_hour(const struct descriptor_leak *leak)
{
	if (!descriptor_leak_is_known(leak) || !trend_grows(&leak->trend))
		return 0;
	return (uint64_t)(trend_in(&leak->trend, HOUR) + 0.5);
}

static uint64_t out_ns(const struct descriptor_leak *leak)
{
	uint64_t per_hour = descriptor_leak_per_hour(leak);
	double left;

	if (!leak->fd_limit || leak->fd_limit == PROCESS_UNLIMITED)
		return DESCRIPTOR_LEAK_NEVER;
	if (leak->fds >= leak->fd_limit)
		return 0;
	if (!per_hour)
		return DESCRIPTOR_LEAK_NEVER;
	left = (double)(leak->fd_limit - leak->fds) * HOUR / trend_in(&leak->trend, HOUR);
	return left < 1e18 ? (uint64_t)left : DESCRIPTOR_LEAK_NEVER;
}

/* From when on all that ended is counted here: somebody's whose process is not known may be this one's. */
static uint64_t complete_since(const struct descriptor_leak *leak, const struct recent *recent)
{
	const struct recent_key key = { .netns = (uint32_t)leak->task }, nobody = { 0 };
	const struct recent_entry *e = recent_find(recent, &nobody);
	uint64_t since_ns = recent_since(recent, &key);

	return e && e->ended_ns >= since_ns ? e->ended_ns + 1 : since_ns;
}

void descriptor_leak_end(struct descriptor_leak *leak, const struct recent *recent)
{
	const struct recent_key key = { .netns = (uint32_t)leak->task };

	if (recent && complete_since(leak, recent) <= leak->trend.from_ns)
		trend_add_recent(&leak->trend, recent_find(recent, &key), recent->slice_ns);
	else
		leak->trend.until_ns = 0;
	leak->out_ns = out_ns(leak);
}

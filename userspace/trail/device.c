// SPDX-License-Identifier: GPL-2.0
/* The live trail: the module's device, one mapping per CPU. */
#include "userspace/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/trail/layout.h"
#include "userspace/trail/merge.h"

#define BATCH 512 /* 64 KiB: what one call returns at most; stays in the cache */
#define RECHECK_NS SEC /* how often a busy reader looks for new CPUs */
#define HOLD_MS 2 /* above MERGE_HOLD_NS */
#define PACE_MS 32 /* while records keep coming: the pause between two looks at the rings */

/**
 * struct device - a live trail
 * @trail: what users see of it; the layout and the number of CPUs in its info never change
 * @merge: the rings, one per CPU
 * @absent: CPUs that have no ring yet
 * @checked_ns: when their rings were looked for last
 * @read_before: tcptrail_read() was called
 * @woken: poll() told of records and they have not been seen yet
 * @got: something was read since the last wait
 * @fill: the fullest ring since then, in 256ths
 * @pace_ms: the next pause: PACE_MS, or less if the rings fill faster than that
 * @batch: what tcptrail_read() returned
 */
struct device {
	struct tcptrail trail;
	struct merge merge;
	unsigned int absent;
	uint64_t checked_ns;
	bool read_before;
	bool woken;
	bool got;
	unsigned int fill;
	int pace_ms;
	struct tcptrail_record batch[BATCH];
};

static struct device *to_device(struct tcptrail *trail)
{
	return (struct device *)trail;
}

static int device_info(struct tcptrail *trail, struct tcptrail_info *info)
{
	*info = (struct tcptrail_info){ .size = sizeof(*info) };
	if (ioctl(trail->fd, TCPTRAIL_IOC_INFO, info))
		return -errno;
	return layout_check(info);
}

/* 0 if the CPU has a ring now, -ENXIO if not. */
static int map_ring(struct device *d, unsigned int cpu)
{
	struct ring *ring = &d->merge.rings[cpu];
	uint64_t stride = d->trail.info.map_stride;
	void *map = mmap(NULL, stride, PROT_READ, MAP_SHARED, d->trail.fd, (off_t)(cpu * stride));

	if (map == MAP_FAILED)
		return -errno;
	ring->shared = map;
	ring->slots = (const uint8_t *)map + d->trail.info.ring_offset;
	ring->records = d->trail.info.ring_records;
	ring->record_size = d->trail.info.record_size;
	ring->cpu = (uint16_t)cpu;
	return 0;
}

/* CPUs that were absent before start with their first record. */
static int map_late(struct device *d, uint64_t now_ns)
{
	d->checked_ns = now_ns;
	for (unsigned int cpu = 0; cpu < d->merge.count && d->absent; cpu++) {
		int err = d->merge.rings[cpu].shared ? -ENXIO : map_ring(d, cpu);

		if (err && err != -ENXIO)
			return err;
		if (!err) {
			ring_init(&d->merge.rings[cpu], 0, now_ns);
			d->absent--;
		}
	}
	return 0;
}

static int map_all(struct device *d, enum tcptrail_from from)
{
	uint64_t now_ns = time_now_ns();

	for (unsigned int cpu = 0; cpu < d->merge.count; cpu++) {
		struct ring *ring = &d->merge.rings[cpu];
		int err = map_ring(d, cpu);

		if (err && err != -ENXIO)
			return err;
		if (err)
			d->absent++;
		else if (from == TCPTRAIL_FROM_HISTORY)
			ring_init(ring, ring_oldest(ring), d->trail.info.loaded_ns);
		else
			ring_init(ring, ring_head(ring), now_ns);
	}
	d->checked_ns = now_ns;
	return 0;
}

static int device_read(struct tcptrail *trail, const struct tcptrail_record **batch)
{
	struct device *d = to_device(trail);
	uint64_t now_ns = time_now_ns();
	bool woken_for_nothing;
	int n;

	*batch = d->batch;
	d->read_before = true;
	n = merge_read(&d->merge, now_ns, d->batch, BATCH);
	if (n < 0)
		return n;
	/* Then the record that poll() told of is on a CPU whose ring is not mapped yet. */
	woken_for_nothing = d->woken && !n && !d->merge.held;
	d->woken = false;
	if (d->absent && (woken_for_nothing || now_ns - d->checked_ns > RECHECK_NS)) {
		int err = map_late(d, now_ns);

		if (err)
			return n ? n : err;
		if (!n)
			n = merge_read(&d->merge, time_now_ns(), d->batch, BATCH);
	}
	d->got |= n > 0;
	if (d->merge.fill > d->fill)
		d->fill = d->merge.fill;
	return n;
}

/*
 * While records come, poll() would return at once, for a few of them each
 * time. So a busy reader sleeps instead, as long as the rings allow, and polls
 * only once nothing has come meanwhile.
 */
static int wait_busy(struct device *d, int timeout_ms)
{
	struct timespec pause;
	int ms;

	if (d->fill > 64 && d->pace_ms > 1)
		d->pace_ms /= 2;
	else if (d->fill < 16 && d->pace_ms < PACE_MS)
		d->pace_ms *= 2;
	ms = d->got ? d->pace_ms : HOLD_MS;
	if (timeout_ms >= 0 && timeout_ms < ms)
		ms = timeout_ms;
	d->got = false;
	d->fill = 0;
	pause = time_spec((uint64_t)ms * MS);
	return nanosleep(&pause, NULL) ? -errno : 1;
}

static int device_wait(struct tcptrail *trail, int timeout_ms)
{
	struct device *d = to_device(trail);
	struct pollfd p = { .fd = d->trail.fd, .events = POLLIN };
	int ready;

	if (!d->read_before || d->merge.more)
		return 1;
	if (d->got || d->merge.held)
		return wait_busy(d, timeout_ms);
	ready = poll(&p, 1, timeout_ms);
	if (ready < 0)
		return -errno;
	if (p.revents & (POLLERR | POLLNVAL))
		return -EIO;
	d->woken = ready > 0;
	return ready > 0;
}

static int device_count(struct tcptrail *trail, unsigned int cpu, struct tcptrail_count *count)
{
	struct device *d = to_device(trail);
	const struct ring *ring;

	if (cpu >= d->merge.count)
		return -ERANGE;
	ring = &d->merge.rings[cpu];
	*count = (struct tcptrail_count){ .online = ring->shared };
	if (ring->shared) {
		count->recorded = ring_head(ring);
		count->limited = __atomic_load_n(&ring->shared->limited, __ATOMIC_RELAXED);
		count->started = ring->started;
		count->read = ring->read;
		count->lost = ring->lost;
	}
	return 0;
}

static void device_close(struct tcptrail *trail)
{
	struct device *d = to_device(trail);

	for (unsigned int cpu = 0; d->merge.rings && cpu < d->merge.count; cpu++) {
		if (d->merge.rings[cpu].shared)
			munmap((void *)d->merge.rings[cpu].shared, d->trail.info.map_stride);
	}
	if (d->trail.fd >= 0)
		close(d->trail.fd);
	free(d->merge.rings);
	free(d->merge.heap);
	free(d);
}

static const struct trail_source device_source = {
	.live = true,
	.read = device_read,
	.wait = device_wait,
	.get_info = device_info,
	.count = device_count,
	.close = device_close,
};

static int device_start(struct device *d, const char *path, enum tcptrail_from from)
{
	int err;

	d->trail.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (d->trail.fd < 0)
		return -errno;
	err = device_info(&d->trail, &d->trail.info);
	if (err)
		return err;
	d->merge.count = d->trail.info.cpus;
	d->merge.rings = calloc(d->trail.info.cpus, sizeof(*d->merge.rings));
	d->merge.heap = calloc(d->trail.info.cpus, sizeof(*d->merge.heap));
	if (!d->merge.rings || !d->merge.heap)
		return -ENOMEM;
	return map_all(d, from);
}

int tcptrail_open_device(struct tcptrail **trail, const char *path, enum tcptrail_from from)
{
	struct device *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->trail.source = &device_source;
	d->trail.fd = -1;
	d->pace_ms = PACE_MS;
	tcptrail_origin_here(&d->trail.origin);
	err = device_start(d, path, from);
	if (err) {
		device_close(&d->trail);
		return err;
	}
	*trail = &d->trail;
	return 0;
}

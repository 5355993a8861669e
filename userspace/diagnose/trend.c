// SPDX-License-Identifier: GPL-2.0
/* What began and what ended, by thirds of a window. */
#include "userspace/diagnose/trend.h"

#include "userspace/base/time.h"

struct trend trend_begin(const struct tracker *tracker, const struct recent *recent,
			 uint64_t now_ns, uint64_t most_ns, uint64_t least_ns, uint64_t complete_ns)
{
	struct trend t = { .until_ns = now_ns, .least_ns = least_ns };
	uint64_t evicted_ns = tracker_stats(tracker)->last_evicted_ns, rest_ns;
	uint64_t slice_ns = recent ? recent->slice_ns : 1;

	t.from_ns = time_between(most_ns, now_ns);
	if (t.from_ns < complete_ns)
		t.from_ns = complete_ns;
	if (t.from_ns < evicted_ns)
		t.from_ns = evicted_ns;
	rest_ns = t.from_ns % slice_ns;
	if (rest_ns && __builtin_add_overflow(t.from_ns, slice_ns - rest_ns, &t.from_ns))
		t.from_ns = UINT64_MAX;
	return t;
}

uint64_t trend_window_ns(const struct trend *t)
{
	return time_between(t->from_ns, t->until_ns);
}

/* The part of the window that @time_ns is in; TREND_PARTS: it is not in there. */
static unsigned int part_of(const struct trend *t, uint64_t time_ns)
{
	uint64_t part_ns = trend_window_ns(t) / TREND_PARTS + 1;

	if (time_ns < t->from_ns || time_ns > t->until_ns || t->from_ns >= t->until_ns)
		return TREND_PARTS;
	return (unsigned int)((time_ns - t->from_ns) / part_ns);
}

void trend_add_begun(struct trend *t, uint64_t time_ns)
{
	unsigned int part = part_of(t, time_ns);

	if (part < TREND_PARTS)
		t->begun[part]++;
	if (time_ns > t->newest_ns && time_ns <= t->until_ns)
		t->newest_ns = time_ns;
}

void trend_add_ended(struct trend *t, uint64_t time_ns, int64_t count)
{
	unsigned int part = part_of(t, time_ns);

	if (part < TREND_PARTS)
		t->ended[part] += count;
}

void trend_add_recent(struct trend *t, const struct recent_entry *e, uint64_t slice_ns)
{
	const struct recent_slice *slice;
	uint64_t n = t->from_ns / slice_ns;
	unsigned int part;

	if (!e)
		return;
	if (e->begun_ns > t->newest_ns && e->begun_ns <= t->until_ns)
		t->newest_ns = e->begun_ns;
	for (; n <= t->until_ns / slice_ns && n <= e->newest; n++) {
		slice = recent_slice(e, n);
		part = part_of(t, n * slice_ns);
		if (!slice || part == TREND_PARTS)
			continue;
		t->begun[part] += slice->begun;
		t->ended[part] += slice->ended;
	}
}

static int64_t sum(const int64_t parts[TREND_PARTS])
{
	int64_t n = 0;

	for (unsigned int i = 0; i < TREND_PARTS; i++)
		n += parts[i];
	return n > 0 ? n : 0;
}

uint64_t trend_begun(const struct trend *t)
{
	return (uint64_t)sum(t->begun);
}

uint64_t trend_ended(const struct trend *t)
{
	return (uint64_t)sum(t->ended);
}

/* It is over: before, so many began in as long a time as has passed since the last one. */
#define SILENCE 10

static bool is_over(const struct trend *t)
{
	double rate = (double)sum(t->begun) / (double)trend_window_ns(t);

	return (double)time_between(t->newest_ns, t->until_ns) * rate > SILENCE;
}

/*
 * Of n that come and go by chance, twice the root of n is what their number strays by: no
 * less counts as an increase.
 */
bool trend_grows(const struct trend *t)
{
	double begun = (double)sum(t->begun), ended = (double)sum(t->ended);

	if (!trend_window_ns(t) || trend_window_ns(t) < t->least_ns || is_over(t))
		return false;
	for (unsigned int i = 0; i < TREND_PARTS; i++)
		if (t->begun[i] <= t->ended[i])
			return false;
	return (begun - ended) * (begun - ended) >= 4 * (begun + ended);
}

double trend_in(const struct trend *t, uint64_t span_ns)
{
	uint64_t window_ns = trend_window_ns(t);
	double net = (double)sum(t->begun) - (double)sum(t->ended);

	return window_ns ? net * (double)span_ns / (double)window_ns : 0;
}

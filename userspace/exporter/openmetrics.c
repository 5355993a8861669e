// SPDX-License-Identifier: GPL-2.0
/*
 * Writes one family after the other: its HELP and TYPE lines, then samples with the labels
 * that were given since the sample before.
 */
#include "userspace/exporter/openmetrics.h"
#include "userspace/base/time.h"
#include "userspace/base/utf8.h"

static void family(struct openmetrics *e, const char *name, const char *type, const char *suffix,
		   const char *help)
{
	/* The older format knows the counter only by the name of its samples. */
	const char *announced = e->openmetrics ? "" : suffix;

	buf_printf(e->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, announced, help, name,
		   announced, type);
	e->name = name;
	e->suffix = suffix;
	e->labels = 0;
}

void openmetrics_counter(struct openmetrics *e, const char *name, const char *help)
{
	family(e, name, "counter", "_total", help);
}

void openmetrics_gauge(struct openmetrics *e, const char *name, const char *help)
{
	family(e, name, "gauge", "", help);
}

void openmetrics_info(struct openmetrics *e, const char *name, const char *help)
{
	family(e, name, e->openmetrics ? "info" : "gauge", "_info", help);
}

void openmetrics_histogram(struct openmetrics *e, const char *name, const char *help)
{
	family(e, name, "histogram", "", help);
}

void openmetrics_label(struct openmetrics *e, const char *key, const char *value)
{
	if (e->labels == OPENMETRICS_LABELS)
		return;
	e->keys[e->labels] = key;
	e->values[e->labels++] = value;
}

/* The formats escape a quote, a backslash and a line's end, which put_safe() leaves none of. */
static void put_value(struct buf *out, const char *s)
{
	char safe[PUT_SAFE_MAX(OPENMETRICS_LABEL_MAX)], *p;
	char *end = put_safe(safe, safe + sizeof(safe), s, OPENMETRICS_LABEL_MAX);

	for (p = safe; p < end; p++) {
		if (*p == '"' || *p == '\\')
			buf_char(out, '\\');
		buf_char(out, *p);
	}
}

static void put_labels(struct openmetrics *e, const char *le)
{
	unsigned int i;

	if (!e->labels && !le)
		return;
	buf_char(e->out, '{');
	for (i = 0; i < e->labels; i++) {
		if (i)
			buf_char(e->out, ',');
		buf_str(e->out, e->keys[i]);
		buf_str(e->out, "=\"");
		put_value(e->out, e->values[i]);
		buf_char(e->out, '"');
	}
	if (le) {
		buf_str(e->out, e->labels ? ",le=\"" : "le=\"");
		buf_str(e->out, le);
		buf_char(e->out, '"');
	}
	buf_char(e->out, '}');
}

static void name(struct openmetrics *e, const char *suffix, const char *le)
{
	buf_str(e->out, e->name);
	buf_str(e->out, suffix);
	put_labels(e, le);
	buf_char(e->out, ' ');
}

static void put_u64_line(struct openmetrics *e, const char *suffix, const char *le, uint64_t value)
{
	name(e, suffix, le);
	buf_u64(e->out, value);
	buf_char(e->out, '\n');
}

void openmetrics_u64(struct openmetrics *e, uint64_t value)
{
	put_u64_line(e, e->suffix, NULL, value);
	e->labels = 0;
}

void openmetrics_labelled(struct openmetrics *e, const char *key, const char *value, uint64_t n)
{
	openmetrics_label(e, key, value);
	openmetrics_u64(e, n);
}

void openmetrics_counter_of(struct openmetrics *e, const char *name, const char *help, uint64_t n)
{
	openmetrics_counter(e, name, help);
	openmetrics_u64(e, n);
}

void openmetrics_gauge_of(struct openmetrics *e, const char *name, const char *help, uint64_t n)
{
	openmetrics_gauge(e, name, help);
	openmetrics_u64(e, n);
}

void openmetrics_age_of(struct openmetrics *e, const char *name, const char *help, uint64_t ns)
{
	openmetrics_gauge(e, name, help);
	openmetrics_seconds(e, ns);
}

/* @ns as seconds, with as many decimals as it has, but at least one. */
static char *put_seconds(char *p, uint64_t s, uint64_t ns)
{
	p = put_u64(p, s);
	*p++ = '.';
	p = put_digits(p, ns, 9);
	while (p[-1] == '0' && p[-2] != '.')
		p--;
	return p;
}

#define SECONDS_MAX (PUT_U64_MAX + 10)

static void put_seconds_line(struct buf *out, uint64_t s, uint64_t ns)
{
	char *p = put_seconds(buf_room(out, SECONDS_MAX + 1), s, ns);

	*p++ = '\n';
	buf_end(out, p);
}

void openmetrics_seconds(struct openmetrics *e, uint64_t ns)
{
	name(e, e->suffix, NULL);
	put_seconds_line(e->out, ns / SEC, ns % SEC);
	e->labels = 0;
}

void openmetrics_ratio(struct openmetrics *e, double value)
{
	name(e, e->suffix, NULL);
	buf_printf(e->out, "%.6f\n", value);
	e->labels = 0;
}

void openmetrics_spans(struct openmetrics *e, const struct histogram *h, enum histogram_scale scale)
{
	uint64_t count = 0, bound;
	char le[SECONDS_MAX + 1];
	unsigned int i;

	for (i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		count += h->buckets[i];
		bound = histogram_bounds[scale][i];
		/* "1.0" in both formats: the same series whichever is spoken. */
		*put_seconds(le, bound / SEC, bound % SEC) = '\0';
		put_u64_line(e, "_bucket", le, count);
	}
	count += h->buckets[i];
	put_u64_line(e, "_bucket", "+Inf", count);
	name(e, "_sum", NULL);
	put_seconds_line(e->out, h->sum_s, h->sum_ns);
	put_u64_line(e, "_count", NULL, count);
	e->labels = 0;
}

void openmetrics_end(struct openmetrics *e)
{
	if (e->openmetrics)
		buf_str(e->out, "# EOF\n");
}

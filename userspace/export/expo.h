/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prometheus' formats: text 0.0.4 and OpenMetrics 1.0, which differ in how
 * counters and infos are announced and in how the text ends.
 *
 *	expo_counter(&expo, "tcptrail_resets", "RSTs by direction.");
 *	expo_label(&expo, "direction", "sent");
 *	expo_u64(&expo, 17);
 */
#ifndef EXPORT_EXPO_H
#define EXPORT_EXPO_H

#include <stdbool.h>

#include "userspace/model/histogram.h"
#include "userspace/out/buf.h"

#define EXPO_LABELS 2
#define EXPO_LABEL_MAX 128

/**
 * struct expo - a text in the making
 * @out: where it goes
 * @openmetrics: OpenMetrics 1.0 rather than text 0.0.4
 * @name: of the family
 * @suffix: of its samples
 * @keys: labels of the next sample
 * @values: theirs; not yet escaped
 * @labels: how many
 */
struct expo {
	struct buf *out;
	bool openmetrics;
	const char *name;
	const char *suffix;
	const char *keys[EXPO_LABELS];
	const char *values[EXPO_LABELS];
	unsigned int labels;
};

/* A family: its name as in OpenMetrics, without "_total" or "_info" */
void expo_counter(struct expo *e, const char *name, const char *help);
void expo_gauge(struct expo *e, const char *name, const char *help);
void expo_info(struct expo *e, const char *name, const char *help);
void expo_histogram(struct expo *e, const char *name, const char *help);

/** expo_label() - the next sample has it, too; @value is used when the sample is written */
void expo_label(struct expo *e, const char *key, const char *value);

/* A sample, with the labels given since the last one */
void expo_u64(struct expo *e, uint64_t value);
void expo_seconds(struct expo *e, uint64_t ns);
void expo_ratio(struct expo *e, double value);

/** expo_spans() - a histogram's samples; at most one label */
void expo_spans(struct expo *e, const struct histogram *h, enum histogram_scale scale);

void expo_end(struct expo *e);

#endif

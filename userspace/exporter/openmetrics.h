/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prometheus' formats: text 0.0.4 and OpenMetrics 1.0, which differ in how
 * counters and infos are announced and in how the text ends.
 *
 *	openmetrics_counter(&e, "tcptrail_resets", "RSTs by direction.");
 *	openmetrics_labelled(&e, "direction", "sent", 17);
 */
#ifndef EXPORTER_OPENMETRICS_H
#define EXPORTER_OPENMETRICS_H

#include <stdbool.h>

#include "userspace/conn/histogram.h"
#include "userspace/base/buf.h"

#define OPENMETRICS_LABELS 2
#define OPENMETRICS_LABEL_MAX 128

/**
 * struct openmetrics - a text in the making
 * @out: where it goes
 * @openmetrics: OpenMetrics 1.0 rather than text 0.0.4
 * @name: of the family
 * @suffix: of its samples
 * @keys: labels of the next sample
 * @values: theirs; not yet escaped
 * @labels: how many
 */
struct openmetrics {
	struct buf *out;
	bool openmetrics;
	const char *name;
	const char *suffix;
	const char *keys[OPENMETRICS_LABELS];
	const char *values[OPENMETRICS_LABELS];
	unsigned int labels;
};

/* A family: its name as in OpenMetrics, without "_total" or "_info" */
void openmetrics_counter(struct openmetrics *e, const char *name, const char *help);
void openmetrics_gauge(struct openmetrics *e, const char *name, const char *help);
void openmetrics_info(struct openmetrics *e, const char *name, const char *help);
void openmetrics_histogram(struct openmetrics *e, const char *name, const char *help);

/** openmetrics_label() - the next sample has it, too; @value is used when the sample is written */
void openmetrics_label(struct openmetrics *e, const char *key, const char *value);

/* A sample, with the labels given since the last one */
void openmetrics_u64(struct openmetrics *e, uint64_t value);
void openmetrics_seconds(struct openmetrics *e, uint64_t ns);
void openmetrics_ratio(struct openmetrics *e, double value);

/** openmetrics_labelled() - a sample with one label more */
void openmetrics_labelled(struct openmetrics *e, const char *key, const char *value, uint64_t n);

/* A family of a single sample without labels; the last one is a gauge of seconds */
void openmetrics_counter_of(struct openmetrics *e, const char *name, const char *help, uint64_t n);
void openmetrics_gauge_of(struct openmetrics *e, const char *name, const char *help, uint64_t n);
void openmetrics_age_of(struct openmetrics *e, const char *name, const char *help, uint64_t ns);

/** openmetrics_spans() - a histogram's samples; at most one label */
void openmetrics_spans(struct openmetrics *e, const struct histogram *h,
		       enum histogram_scale scale);

void openmetrics_end(struct openmetrics *e);

#endif

// SPDX-License-Identifier: GPL-2.0
/* tcptrail status: what the module records, and what is missing from the trail. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/json.h"
#include "userspace/base/time.h"
#include "userspace/base/utf8.h"
#include "userspace/base/names.h"
#include "userspace/session/message.h"
#include "userspace/session/source.h"

static const char usage[] =
	"Usage: tcptrail status [OPTION...]\n\n"
	"Tell what the module records and what is missing from the trail: each hook, or\n"
	"why it is not attached; each CPU's ring, and how far back it reaches.\n\n";

/**
 * struct cpu - one CPU's ring
 * @count: its accounts
 * @oldest_ns: time of the oldest record that it holds, 0 if it holds none
 */
struct cpu {
	struct tcptrail_count count;
	uint64_t oldest_ns;
};

/**
 * struct status - all there is to tell
 * @origin: which machine
 * @info: what the module says
 * @cpus: a device's, info.cpus of them; NULL for a file
 * @online: how many have a ring
 * @now_ns: the time
 * @complete_ns: since when the trail in the rings is whole
 */
struct status {
	const struct tcptrail_origin *origin;
	struct tcptrail_info info;
	struct cpu *cpus;
	unsigned int online;
	uint64_t now_ns;
	uint64_t complete_ns;
};

/* The first record of each CPU that passes by is its oldest one. */
static int find_oldest(struct status *s, struct tcptrail *trail)
{
	const struct tcptrail_record *records;
	int n;

	while ((n = tcptrail_read(trail, &records)) > 0) {
		for (int i = 0; i < n; i++) {
			uint16_t cpu = records[i].cpu;

			if (cpu < s->info.cpus && !s->cpus[cpu].oldest_ns &&
			    !(records[i].kind == TCPTRAIL_LOSS &&
			      records[i].loss.cause == TCPTRAIL_LOSS_OVERWRITTEN))
				s->cpus[cpu].oldest_ns = records[i].time_ns;
		}
		if (records[n - 1].time_ns >= s->now_ns)
			break;
	}
	return n < 0 ? n : 0;
}

static uint64_t overwritten(const struct status *s, const struct cpu *cpu)
{
	return cpu->count.recorded > s->info.ring_records ?
		       cpu->count.recorded - s->info.ring_records :
		       0;
}

static int find_out(struct status *s, struct tcptrail *trail)
{
	int err = tcptrail_get_info(trail, &s->info);

	s->origin = tcptrail_origin(trail);
	if (err || !tcptrail_is_live(trail))
		return err;
	s->now_ns = time_now_ns();
	s->complete_ns = s->info.loaded_ns;
	s->cpus = calloc(s->info.cpus, sizeof(*s->cpus));
	if (!s->cpus)
		return -ENOMEM;
	err = find_oldest(s, trail);
	for (unsigned int i = 0; i < s->info.cpus && !err; i++) {
		struct cpu *cpu = &s->cpus[i];

		err = tcptrail_count(trail, i, &cpu->count);
		s->online += cpu->count.online;
		if (!err && overwritten(s, cpu) && cpu->oldest_ns > s->complete_ns)
			s->complete_ns = cpu->oldest_ns;
	}
	return err;
}

static struct number_text ago(const struct status *s, uint64_t ns)
{
	return number_text(put_age, time_between(ns, s->now_ns));
}

static void put_count(struct buf *out, uint64_t n)
{
	buf_printf(out, " %14s", number_text(put_grouped, n).s);
}

/* What the error means of a hook. */
static const char *why_not_attached(int32_t hook)
{
	switch (hook) {
	case -ENOENT:
		return "this kernel has no such function";
	case -ENOTUNIQ:
		return "this kernel has several functions of its name";
	default:
		return hook < 0 && hook > -4096 ? strerror(-hook) : "error";
	}
}

static void text_hooks(struct buf *out, const struct status *s)
{
	buf_str(out, "\nHOOK\n");
	for (unsigned int i = 0; i < TCPTRAIL_HOOKS; i++) {
		int32_t hook = s->info.hooks[i];
		const char *name = hook < 0 ? error_key(-hook) : NULL;

		buf_printf(out, "%-17s ", hook_key(i));
		if (!hook)
			buf_str(out, s->info.features & 1ULL << i ? "attached" : "not attached");
		else if (hook == TCPTRAIL_HOOK_OFF)
			buf_printf(out, "off, by parameter: %s", hook_loss(i));
		else if (hook == TCPTRAIL_HOOK_ABSENT)
			buf_printf(out, "not in this kernel: %s", hook_loss(i));
		else
			buf_printf(out, "not attached: %s (%s): %s", why_not_attached(hook),
				   name ? name : "?", hook_loss(i));
		buf_char(out, '\n');
	}
	if (s->info.netns_failed)
		buf_printf(
			out,
			"segments are not recorded in %u network namespaces: no memory, or too many hooks there\n",
			s->info.netns_failed);
}

static void text_cpus(struct buf *out, const struct status *s)
{
	buf_str(out, "\n CPU       RECORDED    OVERWRITTEN   RATE-LIMITED  REACHES BACK\n");
	for (unsigned int i = 0; i < s->info.cpus; i++) {
		const struct cpu *cpu = &s->cpus[i];

		if (!cpu->count.online)
			continue;
		buf_printf(out, "%4u", i);
		put_count(out, cpu->count.recorded);
		put_count(out, overwritten(s, cpu));
		put_count(out, cpu->count.limited);
		buf_printf(out, "  %s\n",
			   overwritten(s, cpu) ? ago(s, cpu->oldest_ns).s : "since loading");
	}
	if (s->info.no_ring)
		buf_printf(out, "%llu records missed on CPUs that have no ring: no memory\n",
			   (unsigned long long)s->info.no_ring);
}

static void text_parameters(struct buf *out, const struct status *s)
{
	buf_str(out, "ports:    ");
	for (unsigned int i = 0; i < s->info.nports; i++)
		buf_printf(out, "%s%u", i ? "," : "", s->info.ports[i]);
	buf_str(out, s->info.nports ? "\n" : "all\n");
	if (s->info.syn_rate)
		buf_printf(out, "syn_rate: %u records a second and CPU\n", s->info.syn_rate);
	else
		buf_str(out, "syn_rate: no limit\n");
}

static void text(struct buf *out, const struct status *s)
{
	buf_printf(out, "module:   ABI %u.%u, kernel ", s->info.abi_major, s->info.abi_minor);
	buf_safe(out, s->origin->release, sizeof(s->origin->release));
	buf_str(out, ", host ");
	buf_safe(out, s->origin->hostname, sizeof(s->origin->hostname));
	if (s->cpus)
		buf_printf(out, ", loaded %s ago\nreaders:  %u, besides this one",
			   ago(s, s->info.loaded_ns).s, s->info.readers ? s->info.readers - 1 : 0);
	buf_printf(out, "\nring:     %u records of %u bytes for each of", s->info.ring_records,
		   s->info.record_size);
	buf_printf(out, " %u CPUs (%llu KiB)\n", s->cpus ? s->online : s->info.cpus,
		   (unsigned long long)s->info.ring_records * s->info.record_size / 1024);
	text_parameters(out, s);
	if (s->cpus)
		buf_printf(out, "history:  complete for the last %s\n", ago(s, s->complete_ns).s);
	text_hooks(out, s);
	if (s->cpus)
		text_cpus(out, s);
}

static void json_hooks(struct json *j, const struct status *s)
{
	json_object(j, "hooks");
	for (unsigned int i = 0; i < TCPTRAIL_HOOKS; i++) {
		int32_t hook = s->info.hooks[i];
		const char *name = hook < 0 ? error_key(-hook) : NULL;

		if (!hook)
			json_word(j, hook_key(i),
				  s->info.features & 1ULL << i ? "attached" : "not_attached");
		else if (hook == TCPTRAIL_HOOK_OFF)
			json_word(j, hook_key(i), "off");
		else if (hook == TCPTRAIL_HOOK_ABSENT)
			json_word(j, hook_key(i), "absent");
		else
			json_word(j, hook_key(i), name ? name : "error");
	}
	json_end_object(j);
}

static void json_cpus(struct json *j, const struct status *s)
{
	json_array(j, "cpus");
	for (unsigned int i = 0; i < s->info.cpus; i++) {
		const struct cpu *cpu = &s->cpus[i];

		if (!cpu->count.online)
			continue;
		json_object(j, NULL);
		json_u64(j, "cpu", i);
		json_u64(j, "recorded", cpu->count.recorded);
		json_u64(j, "overwritten", overwritten(s, cpu));
		json_u64(j, "limited", cpu->count.limited);
		json_nonzero(j, "oldest_mono_ns", cpu->oldest_ns);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json(struct buf *out, const struct status *s)
{
	struct json j;

	json_begin(&j, out);
	json_u64(&j, "abi_major", s->info.abi_major);
	json_u64(&j, "abi_minor", s->info.abi_minor);
	json_str(&j, "kernel", s->origin->release);
	json_str(&j, "host", s->origin->hostname);
	json_u64(&j, "loaded_mono_ns", s->info.loaded_ns);
	json_u64(&j, "ring_records", s->info.ring_records);
	json_u64(&j, "record_size", s->info.record_size);
	json_u64(&j, "syn_rate", s->info.syn_rate);
	json_array(&j, "ports");
	for (unsigned int i = 0; i < s->info.nports; i++)
		json_u64(&j, NULL, s->info.ports[i]);
	json_end_array(&j);
	json_hooks(&j, s);
	json_u64(&j, "no_ring", s->info.no_ring);
	json_u64(&j, "netns_failed", s->info.netns_failed);
	if (s->cpus) {
		json_u64(&j, "mono_ns", s->now_ns);
		json_u64(&j, "complete_mono_ns", s->complete_ns);
		json_u64(&j, "readers", s->info.readers ? s->info.readers - 1 : 0);
		json_cpus(&j, s);
	}
	json_end(&j);
}

static int print(const struct status *s, bool as_json)
{
	struct buf out;
	int status;

	buf_init(&out, stdout);
	if (as_json)
		json(&out, s);
	else
		text(&out, s);
	status = cmd_flush(&out);
	buf_free(&out);
	return status;
}

int cmd_status(int argc, char *argv[])
{
	struct source source = { 0 };
	struct status s = { 0 };
	struct tcptrail *trail;
	bool as_json = false;
	const struct option_row rows[] = {
		option_string("-i FILE", "tell what a file of tcptrail record says of itself",
			      &source.file),
		option_flag("--json", "print one object of JSON, see tcptrail-json(5)", &as_json),
		option_device(&source),
		{ 0 },
	};
	int err, status = options_parse(usage, rows, argc, argv);

	if (!status)
		status = source_check(&source, argv[optind]);
	source.history = true;
	if (!status)
		status = source_open(&source, &trail);
	if (status)
		return status;
	err = find_out(&s, trail);
	status = err ? source_failed(&source, err) : print(&s, as_json);
	free(s.cpus);
	tcptrail_close(trail);
	return status;
}

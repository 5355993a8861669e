// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail-live [GROUP...]: runs the live tests, in TAP if asked for by
 * CMOCKA_MESSAGE_OUTPUT. The module has to be loaded.
 */
#include <stdio.h>
#include <string.h>

#include "live.h"
#include "userspace/base/array.h"

static const struct {
	const char *name;
	int (*run)(void);
	bool two_cpus; /* by name only: there have to be two processors */
} groups[] = {
	{ "open", group_open, false },	       { "request", group_request, false },
	{ "bytes", group_bytes, false },       { "close", group_close, false },
	{ "reset", group_reset, false },       { "timewait", group_timewait, false },
	{ "identity", group_identity, false }, { "netns", group_netns, false },
	{ "vrf", group_vrf, false },	       { "complete", group_complete, false },
	{ "device", group_device, false },     { "access", group_access, false },
	{ "map", group_map, false },	       { "random", group_random, false },
	{ "params", group_params, false },     { "cpus", group_cpus, true },
	{ "unload", group_unload, true },
};

#define GROUPS ARRAY_SIZE(groups)

static bool is_wanted(size_t i, int argc, char **argv)
{
	for (int a = 1; a < argc; a++) {
		if (!strcmp(argv[a], groups[i].name))
			return true;
	}
	return argc == 1 && !groups[i].two_cpus;
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++) {
		if (!strcmp(name, groups[i].name))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int a = 1; a < argc; a++) {
		if (!is_known(argv[a])) {
			fprintf(stderr, "tcptrail-live: %s: no such group of tests\n", argv[a]);
			return 2;
		}
	}
	peer_start();
	for (size_t i = 0; i < GROUPS; i++) {
		if (is_wanted(i, argc, argv))
			failed += groups[i].run();
	}
	events_stop();
	peer_stop();
	return failed ? 1 : 0;
}

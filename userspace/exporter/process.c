// SPDX-License-Identifier: GPL-2.0
/* The exporter's own processor time, memory and descriptors, from /proc/self. */
#include "userspace/exporter/process.h"
#include "userspace/base/file.h"
#include "userspace/base/time.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count > 3 ? count - 3 : 0; /* ".", "..", and the directory's own */
}

static void read_memory(uint64_t *virtual, uint64_t *resident)
{
	unsigned long long pages[2] = { 0 };
	char text[128];

	file_text(AT_FDCWD, "/proc/self/statm", text, sizeof(text));
	sscanf(text, "%llu %llu", &pages[0], &pages[1]);
	*virtual = pages[0] * (uint64_t)sysconf(_SC_PAGESIZE);
	*resident = pages[1] * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Since the epoch, nanoseconds: field 22 of stat is ticks since the machine started. */
static uint64_t start_time(void)
{
	unsigned long long ticks = 0;
	char line[1024], *p;
	unsigned int field;

	file_text(AT_FDCWD, "/proc/self/stat", line, sizeof(line));
	/* The name, field 2, may hold anything; nothing after it has a bracket. */
	p = strrchr(line, ')');
	for (field = 2; p && field < 22; field++) {
		p = strchr(p + 1, ' ');
	}
	if (!p || sscanf(p, "%llu", &ticks) != 1)
		return 0;
	return time_read_ns(CLOCK_REALTIME) - time_read_ns(CLOCK_BOOTTIME) +
	       ticks * (SEC / (uint64_t)sysconf(_SC_CLK_TCK));
}

void process_metrics(struct openmetrics *e)
{
	uint64_t virtual, resident;
	struct rlimit limit = { 0 };

	read_memory(&virtual, &resident);
	getrlimit(RLIMIT_NOFILE, &limit);
	openmetrics_counter(e, "process_cpu_seconds", "Processor time, user and system.");
	openmetrics_seconds(e, time_read_ns(CLOCK_PROCESS_CPUTIME_ID));
	openmetrics_gauge_of(e, "process_resident_memory_bytes", "Resident memory.", resident);
	openmetrics_gauge_of(e, "process_virtual_memory_bytes", "Address space.", virtual);
	openmetrics_gauge_of(e, "process_open_fds", "Open file descriptors.", open_fds());
	openmetrics_gauge_of(e, "process_max_fds", "File descriptors allowed.", limit.rlim_cur);
	openmetrics_age_of(e, "process_start_time_seconds", "When it started, since the epoch.",
			   start_time());
}

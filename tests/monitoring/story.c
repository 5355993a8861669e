// SPDX-License-Identifier: GPL-2.0
/*
 * A trail of many connections, from a few lines:
 *
 *	story FILE.story TRAIL SECONDS	what has happened until then goes into TRAIL
 *
 * A line of the story is one that the trail has often:
 *
 *	FIRST EVERY TIMES SCRIPT	seconds, seconds, a file beside the story
 *	missing HOOK			that hook is not attached
 *
 * Each time SCRIPT (tests/unit/script.h) happens it has another client port, cookie and
 * inode; each line of the story has addresses of its own, 10.0.LINE.1 and 10.0.LINE.2.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/script.h"
#include "userspace/trail/file.h"
#include "userspace/base/array.h"
#include "userspace/trail/tcptrail.h"

#define FIRST_PORT 32768
#define PORTS 28232 /* net.ipv4.ip_local_port_range, as it is by default */
#define SCRIPT_RECORDS 64
#define COOKIES 1000 /* more than any in a script */

/**
 * struct story - what is told
 * @records: all of them, in no order until they are sorted
 * @count: how many
 * @room: for how many there is memory
 * @until_ns: nothing later
 * @happened: scripts so far
 * @info: what the module would say of itself
 */
struct story {
	struct tcptrail_record *records;
	size_t count;
	size_t room;
	uint64_t until_ns;
	uint64_t happened;
	struct tcptrail_info info;
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "story: %s: %s\n", what, why);
	exit(1);
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");

	if (!f)
		fail(path, strerror(errno));
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

static void append(struct story *s, const struct tcptrail_record *r)
{
	if (array_push(s->records, s->count, s->room, *r))
		fail("records", strerror(ENOMEM));
}

/* The client's port is the one that scripts have as 40000, or leave out. */
static uint16_t moved_port(uint16_t port, uint64_t happened)
{
	return port == 40000 ? (uint16_t)(FIRST_PORT + happened % PORTS) : port;
}

/* Each connection has initial sequence numbers of its own. */
static void move_numbers(struct tcptrail_segment *s, uint64_t happened)
{
	s->seq += (uint32_t)happened << 12;
	if (s->tcp_flags & TCPTRAIL_ACK)
		s->ack += (uint32_t)happened << 12;
}

static void happen(struct story *s, const struct tcptrail_record *script, size_t count,
		   uint64_t at_ns, uint8_t line)
{
	for (size_t i = 0; i < count; i++) {
		struct tcptrail_record r = script[i];

		r.time_ns += at_ns;
		if (r.time_ns > s->until_ns)
			continue;
		r.lport = moved_port(r.lport, s->happened);
		r.rport = moved_port(r.rport, s->happened);
		if (r.laddr[12])
			r.laddr[14] = line;
		if (r.raddr[12])
			r.raddr[14] = line;
		if (r.cookie)
			r.cookie += COOKIES * s->happened;
		if (r.kind != TCPTRAIL_SEGMENT && r.kind != TCPTRAIL_LOSS && r.transition.inode)
			r.transition.inode += (uint32_t)s->happened;
		if (r.kind == TCPTRAIL_SEGMENT)
			move_numbers(&r.segment, s->happened);
		append(s, &r);
	}
	s->happened++;
}

static void often(struct story *s, const char *path, double first, double every, unsigned int times,
		  uint8_t line)
{
	struct tcptrail_record script[SCRIPT_RECORDS];
	char text[8192];
	size_t count;

	read_file(path, text, sizeof(text));
	count = script_records(text, script, SCRIPT_RECORDS);
	for (unsigned int i = 0; i < times; i++)
		happen(s, script, count, (uint64_t)((first + i * every) * 1e9), line);
}

static void missing(struct story *s, const char *hook)
{
	for (unsigned int i = 0; i < TCPTRAIL_HOOKS; i++) {
		if (strcmp(hook_key(i), hook))
			continue;
		s->info.hooks[i] = -ENOENT;
		s->info.features &= ~(1ULL << i);
		return;
	}
	fail(hook, "no such hook");
}

static void tell(struct story *s, const char *path, char *text)
{
	char *line, *rest = NULL, file[64], script[512];
	const char *slash = strrchr(path, '/');
	double first, every;
	unsigned int times;
	uint8_t number = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		number++;
		line[strcspn(line, "#")] = '\0';
		if (!line[strspn(line, " \t")])
			continue;
		if (sscanf(line, "missing %63s", file) == 1) {
			missing(s, file);
			continue;
		}
		if (sscanf(line, "%lf %lf %u %63s", &first, &every, &times, file) != 4)
			fail(line, "has to be FIRST EVERY TIMES SCRIPT, or missing HOOK");
		snprintf(script, sizeof(script), "%.*s%s", slash ? (int)(slash - path + 1) : 0,
			 path, file);
		often(s, script, first, every, times, number);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct tcptrail_record *x = a, *y = b;

	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void write_all(struct story *s, const char *path)
{
	struct tcptrail_writer *w;
	int fd, err = tcptrail_create(&w, path, NULL);

	for (size_t i = 0; i < s->count; i++)
		s->records[i].seq = s->records[i].kind == TCPTRAIL_SNAPSHOT ? 0 : i;
	if (!err)
		err = tcptrail_write(w, s->records, s->count);
	if (!err)
		err = tcptrail_finish(w);
	if (err)
		fail(path, strerror(-err));
	fd = open(path, O_WRONLY);
	if (fd < 0 || pwrite(fd, &s->info, sizeof(s->info), offsetof(struct file_header, info)) !=
			      (ssize_t)sizeof(s->info))
		fail(path, strerror(errno));
	close(fd);
}

int main(int argc, char *argv[])
{
	struct story s = {
		.info = {
			.size = sizeof(s.info),
			.abi_major = TCPTRAIL_ABI_MAJOR,
			.abi_minor = TCPTRAIL_ABI_MINOR,
			.record_size = sizeof(struct tcptrail_record),
			.features = (1ULL << TCPTRAIL_HOOKS) - 1,
		},
	};
	static char text[8192];

	if (argc != 4)
		fail("usage", "story FILE.story TRAIL SECONDS");
	s.until_ns = 1000000000ULL + strtoull(argv[3], NULL, 10) * 1000000000ULL;
	read_file(argv[1], text, sizeof(text));
	tell(&s, argv[1], text);
	qsort(s.records, s.count, sizeof(*s.records), by_time);
	write_all(&s, argv[2]);
	free(s.records);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What short connections, bulk packets and an idle second cost, in
 * instructions of the whole machine: kernel and user, this program and all
 * others:
 *
 *	cost CONNECTIONS PACKETS AFTER		AFTER seconds belong to the connections
 *	cost CONNECTIONS			only make them, and say how many
 *
 * Runs in the guest under scripts/lab --icount: one processor, whose time-stamp
 * counter counts executed instructions. While a processor sleeps the counter
 * goes on, so nothing that is measured by it sleeps: both ends of each connection
 * are in this process, and idle time is spent in a loop that everything else may
 * interrupt. What then lies between two turns of the loop is what the others
 * executed. In a real idle time the processor does sleep: there, what the tasks
 * were running is added up, which leaves out the timers' interrupts.
 *
 * A tracer's work for the connections counts until it is idle again: it may be
 * done between them, or in the time after them.
 */
#include <arpa/inet.h>
#include <err.h>
#include <glob.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 4000
#define SECOND 1000000000
#define SETTLE (SECOND / 2) /* longer than any tracer keeps records before it looks at them */
#define IDLE 8 /* seconds */
#define ASLEEP 200 /* seconds */
#define CALM 125 /* seconds: TIME-WAIT is over by then, and what conntrack makes of it */
#define TURN 1000
#define TICK 2000 /* less than the timer's interrupt takes */
#define PACKET 1000

static char packet[PACKET];

static uint64_t executed(void)
{
	return __builtin_ia32_rdtsc();
}

/* Instructions that others execute while nothing else happens for @length. */
static uint64_t others(uint64_t length)
{
	uint64_t begin = executed(), last = begin, now = begin;
	uint64_t turn = UINT64_MAX, turns = 0;

	while (now - begin < length) {
		for (int i = 0; i < TURN; i++)
			__asm__ volatile("");
		now = executed();
		turns++;
		if (now - last < turn)
			turn = now - last;
		last = now;
	}
	return now - begin - turns * turn;
}

static void policy(int which)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, which, &none))
		err(1, "sched_setscheduler");
}

static uint64_t idle(uint64_t length)
{
	uint64_t n;

	policy(SCHED_IDLE);
	n = others(length);
	policy(SCHED_OTHER);
	return n;
}

static void exchange(int from, int to, size_t size)
{
	if (write(from, packet, size) != (ssize_t)size)
		err(1, "write");
	while (size) {
		ssize_t n = read(to, packet, size);

		if (n <= 0)
			err(1, "read");
		size -= (size_t)n;
	}
}

static const struct sockaddr_in address = {
	.sin_family = AF_INET,
	.sin_port = PORT, /* whichever that is */
	.sin_addr.s_addr = 0x0100007f,
};

static int listening(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		err(1, "listen");
	return fd;
}

static void opened(int listener, int *client, int *server)
{
	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (*client < 0 || connect(*client, (const struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	*server = accept(listener, NULL, NULL);
	if (*server < 0)
		err(1, "accept");
}

static void connections(int listener, unsigned int n)
{
	int client, server;

	while (n--) {
		opened(listener, &client, &server);
		exchange(client, server, 1);
		exchange(server, client, 1);
		close(client);
		close(server);
	}
}

/* Since boot, by all sockets: TcpOutSegs. */
static unsigned long segments_sent(void)
{
	FILE *f = fopen("/proc/net/snmp", "r");
	unsigned long n = 0;
	char line[512];

	while (f && !n && fgets(line, sizeof(line), f))
		sscanf(line, "Tcp: %*u %*u %*u %*d %*u %*u %*u %*u %*u %*u %lu", &n);
	if (f)
		fclose(f);
	return n;
}

static void packets(int client, int server, unsigned int n)
{
	while (n--)
		exchange(client, server, PACKET);
}

/* Return just behind an interrupt. */
static void await_tick(void)
{
	uint64_t last, now = executed();

	do {
		last = now;
		now = executed();
	} while (now - last < TICK);
}

/*
 * A mean, since there is housekeeping now and then. It begins just behind the
 * timer's tick and ends half-way between two, so that it has always as many.
 */
static double idle_second(void)
{
	await_tick();
	return (double)idle(IDLE * (uint64_t)SECOND - SECOND / 500) / IDLE;
}

/* What the work has left the others to do, in @length; an idle second costs @second. */
static double rest(double second, uint64_t length)
{
	return (double)idle(length) - second * (double)length / SECOND;
}

static uint64_t task_ran(const char *path)
{
	FILE *f = fopen(path, "r");
	uint64_t ns = 0;

	if (f && fscanf(f, "%" SCNu64, &ns) != 1)
		ns = 0;
	if (f)
		fclose(f);
	return ns;
}

/* All tasks but this one, of those that are there before and after. */
static double second_asleep(void)
{
	int64_t *before, sum = 0;
	glob_t tasks;
	size_t i;

	sleep(CALM);
	if (glob("/proc/[0-9]*/task/*/schedstat", 0, NULL, &tasks))
		errx(1, "/proc: no schedstat");
	before = calloc(tasks.gl_pathc, sizeof(*before));
	if (!before)
		err(1, "calloc");
	for (i = 0; i < tasks.gl_pathc; i++)
		before[i] = (int64_t)task_ran(tasks.gl_pathv[i]);
	sum += (int64_t)task_ran("/proc/self/schedstat");
	sleep(ASLEEP);
	for (i = 0; i < tasks.gl_pathc; i++) {
		int64_t after = (int64_t)task_ran(tasks.gl_pathv[i]);

		sum += after ? after - before[i] : 0;
	}
	sum -= (int64_t)task_ran("/proc/self/schedstat");
	free(before);
	globfree(&tasks);
	return (double)sum / ASLEEP;
}

static void measure_connections(int listener, unsigned int n, double second, uint64_t after)
{
	uint64_t begin = executed(), end;

	connections(listener, n);
	end = executed();
	printf("connection %.1f\n", ((double)(end - begin) + rest(second, after)) / n);
}

static void measure_packets(int listener, unsigned int n, double second)
{
	unsigned long sent;
	uint64_t begin, end;
	int client, server, one = 1;

	opened(listener, &client, &server);
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	packets(client, server, 1000);
	idle(SETTLE);

	sent = segments_sent();
	begin = executed();
	packets(client, server, n);
	end = executed();
	sent = segments_sent() - sent;
	printf("packet %.1f\n", ((double)(end - begin) + rest(second, SETTLE)) / (double)sent);
	close(client);
	close(server);
}

static unsigned int number(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n > 1000000)
		errx(2, "%s: not a number up to 1000000", text);
	return (unsigned int)n;
}

int main(int argc, char **argv)
{
	double second;
	int listener;

	if (argc != 2 && argc != 4)
		errx(2, "usage: cost CONNECTIONS [PACKETS AFTER]");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(1, "mlockall");
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);

	listener = listening();
	if (argc == 2) {
		connections(listener, number(argv[1]));
		printf("made %u\n", number(argv[1]));
		return 0;
	}
	connections(listener, 500); /* slabs filled, code paged in, branches patched */
	idle(SETTLE);
	second = idle_second();
	printf("idle %.0f\n", second);
	measure_connections(listener, number(argv[1]), second,
			    SETTLE + number(argv[3]) * (uint64_t)SECOND);
	measure_packets(listener, number(argv[2]), second);
	printf("asleep %.0f\n", second_asleep());
	return 0;
}

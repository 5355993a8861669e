// SPDX-License-Identifier: GPL-2.0
/*
 * act STEP [ARGUMENT]...
 *
 * One process that brings its TCP sockets into a state, step by step, for the situations
 * of tests/truth. A step is a word; its arguments follow it. HOST:PORT names an end:
 * HOST is numeric (IPv6 in brackets) or from /etc/hosts. [N] may be left out.
 *
 *	Sockets
 *	listen HOST:PORT	a listening socket; "backlog N" before it, else 64
 *	accept [N]		N connections (1) from the listener
 *	acceptall		for ever, and keep each
 *	dismiss			for ever, and close each at once
 *	echo			for ever: send back what comes, close when the peer has
 *	closel			close the listener
 *	bind HOST:PORT		the local end of connects to come; PORT 0: any
 *	opt NAME VALUE		a socket option, of open sockets and of those to come
 *	md5 HOST:0 KEY		segments to and from HOST are signed, of those to come
 *	ao HOST:0 KEY		the same by TCP-AO (Linux 6.7)
 *	mptcp			those to come are of MPTCP
 *	connect HOST:PORT [N]	N connections; one that fails is told and forgotten
 *	try HOST:PORT [N]	the same, without waiting for the handshake
 *	insist HOST:PORT N	one socket: up to N connect()s, a second apart
 *	fastopen HOST:PORT TEXT	connect, with TEXT in the SYN if there is a cookie
 *	visit HOST:PORT N MS	connect and close at once, N times, each MS
 *	sawtooth HOST:PORT MS S	for ever: each MS a connection, closed S seconds later
 *
 *	Data, on each of its connections in turn
 *	only FIRST N		the steps that follow mean N of them, from FIRST (0) on
 *	all			they mean all again
 *	write N			bytes, waiting until the socket takes them
 *	send TEXT		the same
 *	fill			write until no more goes into the socket
 *	fillblock		write for ever, waiting
 *	read N			up to N bytes, waiting for the first
 *	eof			read up to the end of file
 *	sip N MS		for ever: read N bytes each MS
 *	beat MS			for ever: write a byte each MS
 *	shut			shutdown(SHUT_WR)
 *	shutboth		shutdown(SHUT_RDWR)
 *	close			close(), and forget
 *	abort			the same with SO_LINGER 0
 *	disconnect		connect(AF_UNSPEC)
 *	repairclose		close in TCP_REPAIR mode: nothing goes out
 *
 *	The process
 *	sleep S  wait		S seconds; until it is killed
 *	until FILE  tell FILE	wait for a file; make it
 *	clock S  at S		this is S seconds after boot; wait until S seconds after it
 *	name NAME		what the process is called
 *	child ... end		a child process does these steps, and exits
 *	repeat N ... end
 *	exit  die		the latter by SIGKILL
 *	exec NAME STEP...	become another program: act, by another name
 *	stop			SIGSTOP to itself
 *	blocked			sleep in the kernel (state D), for ever
 *	limit N			RLIMIT_NOFILE
 *	enter HOST		the network namespace of HOST
 *	gone S			wait until no host has a TCP socket, S seconds at most
 *	mainexit		the main thread ends, another sleeps on
 *	owntable		a thread with a descriptor table of its own keeps the
 *				sockets; the main thread closes them
 *	inflight		the sockets are only in a message that nobody receives
 *	pass FILE  take FILE N	hand them to another process; receive N
 *	uring			only io_uring's table of registered files has them
 *
 * An error of a system call is told on standard error and ends nothing, but for those
 * that show a mistake in the script.
 */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/truth/act/act.h"

struct process me = { .listener = -1, .backlog = 64 };

static char **words;

static const struct {
	const char *name;
	void (*run)(void);
} steps[] = {
	{ "listen", step_listen },
	{ "backlog", step_backlog },
	{ "accept", step_accept },
	{ "acceptall", step_acceptall },
	{ "dismiss", step_dismiss },
	{ "echo", step_echo },
	{ "closel", step_closel },
	{ "bind", step_bind },
	{ "opt", step_opt },
	{ "md5", step_md5 },
	{ "ao", step_ao },
	{ "mptcp", step_mptcp },
	{ "connect", step_connect },
	{ "try", step_try },
	{ "insist", step_insist },
	{ "fastopen", step_fastopen },
	{ "visit", step_visit },
	{ "sawtooth", step_sawtooth },
	{ "only", step_only },
	{ "all", step_all },
	{ "write", step_write },
	{ "send", step_send },
	{ "fill", step_fill },
	{ "fillblock", step_fillblock },
	{ "read", step_read },
	{ "eof", step_eof },
	{ "sip", step_sip },
	{ "beat", step_beat },
	{ "shut", step_shut },
	{ "shutboth", step_shutboth },
	{ "close", step_close },
	{ "abort", step_abort },
	{ "disconnect", step_disconnect },
	{ "repairclose", step_repairclose },
	{ "sleep", step_sleep },
	{ "wait", step_wait },
	{ "until", step_until },
	{ "tell", step_tell },
	{ "clock", step_clock },
	{ "at", step_at },
	{ "name", step_name },
	{ "child", step_child },
	{ "repeat", step_repeat },
	{ "exit", step_exit },
	{ "die", step_die },
	{ "exec", step_exec },
	{ "stop", step_stop },
	{ "blocked", step_blocked },
	{ "limit", step_limit },
	{ "enter", step_enter },
	{ "gone", step_gone },
	{ "mainexit", step_mainexit },
	{ "owntable", step_owntable },
	{ "inflight", step_inflight },
	{ "pass", step_pass },
	{ "take", step_take },
	{ "uring", step_uring },
};

void complain(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
}

void die(const char *what)
{
	complain(what);
	exit(1);
}

void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

char *next_word(void)
{
	if (!*words) {
		fprintf(stderr, "act: an argument is missing at the end\n");
		exit(2);
	}
	return *words++;
}

long next_number(void)
{
	char *word = next_word(), *end;
	long number = strtol(word, &end, 10);

	if (end == word || *end) {
		fprintf(stderr, "act: %s: not a number\n", word);
		exit(2);
	}
	return number;
}

long next_number_or(long otherwise)
{
	return *words && strspn(*words, "0123456789") ? next_number() : otherwise;
}

struct endpoint next_endpoint(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	char *host = next_word(), *port = strrchr(host, ':');
	struct endpoint e = { .length = 0 };
	size_t length;

	if (!port) {
		fprintf(stderr, "act: %s: not HOST:PORT\n", host);
		exit(2);
	}
	*port++ = '\0';
	length = strlen(host);
	if (*host == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	if (getaddrinfo(host, port, &hints, &found)) {
		fprintf(stderr, "act: %s:%s: no such address\n", host, port);
		exit(2);
	}
	memcpy(&e.address, found->ai_addr, found->ai_addrlen);
	e.length = found->ai_addrlen;
	freeaddrinfo(found);
	/* A block that is repeated reads its words again. */
	port[-1] = ':';
	if (host[-1] == '[')
		host[length - 2] = ']';
	return e;
}

static void step(const char *name)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!strcmp(name, steps[i].name)) {
			steps[i].run();
			return;
		}
	fprintf(stderr, "act: %s: no such step; tests/truth/act/main.c lists them\n", name);
	exit(2);
}

void interpret(void)
{
	while (*words && strcmp(*words, "end"))
		step(next_word());
	if (*words)
		words++;
}

void skip_block(void)
{
	for (int depth = 1; depth > 0;) {
		const char *word = next_word();

		if (!strcmp(word, "child") || !strcmp(word, "repeat"))
			depth++;
		else if (!strcmp(word, "end"))
			depth--;
	}
}

void step_repeat(void)
{
	long times = next_number();
	char **block = words;

	if (times < 1)
		skip_block();
	while (times-- > 0) {
		words = block;
		interpret();
	}
}

void step_exec(void)
{
	char **arguments = words;
	const char *program = next_word();

	execv(program, arguments);
	die(program);
}

int main(int argc, char **argv)
{
	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	words = argv + 1;
	while (*words)
		interpret();
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * act: one process that brings its TCP sockets into a state, step by step. main.c
 * interprets the steps, and lists them all; each other file has the steps of one kind.
 */
#ifndef TEST_TRUTH_ACT_H
#define TEST_TRUTH_ACT_H

#include <sys/socket.h>

/* A host and a port, as bind() and connect() take it. */
struct endpoint {
	struct sockaddr_storage address;
	socklen_t length;
};

/*
 * What the process has: connections, in the order in which they began, and the listener
 * that it opened last. A step on "its connections" is one on connections[first] up to,
 * and without, connections[last].
 */
#define MAX_CONNECTIONS 4096

struct process {
	int listener;
	int backlog;
	int connections[MAX_CONNECTIONS];
	int count;
	int first;
	int last;
	struct endpoint source; /* .length is 0 if connect() chooses */
};

extern struct process me;

#define for_each_connection(fd) \
	for (int i_ = me.first; i_ < me.last && ((fd) = me.connections[i_], 1); i_++)

void die(const char *what) __attribute__((noreturn));
void complain(const char *what);
void sleep_ms(long ms);

/* The next word of the command line; the program ends if there is none. */
char *next_word(void);
long next_number(void);
/* The next word if it is a number, else @otherwise, and the word is a step. */
long next_number_or(long otherwise);
struct endpoint next_endpoint(void);

/* Interpret steps up to "end", or to the last. */
void interpret(void);
/* Pass over the steps of a block, "end" included. */
void skip_block(void);

void add_connection(int fd);

/* options.c: remember an option, and set it on what is open. */
void step_opt(void);
void step_md5(void);
void step_ao(void);
void set_options(int fd);

/* open.c */
void step_mptcp(void);
void step_backlog(void);
void step_listen(void);
void step_accept(void);
void step_acceptall(void);
void step_dismiss(void);
void step_echo(void);
void step_bind(void);
void step_connect(void);
void step_try(void);
void step_insist(void);
void step_fastopen(void);
void step_visit(void);
void step_sawtooth(void);
void step_closel(void);

/* data.c */
void step_write(void);
void step_send(void);
void step_fill(void);
void step_fillblock(void);
void step_read(void);
void step_eof(void);
void step_sip(void);
void step_beat(void);
void step_shut(void);
void step_shutboth(void);
void step_close(void);
void step_abort(void);
void step_disconnect(void);
void step_repairclose(void);
void step_only(void);
void step_all(void);

/* process.c */
void step_child(void);
void step_repeat(void);
void step_exec(void);
void step_exit(void);
void step_die(void);
void step_stop(void);
void step_blocked(void);
void step_limit(void);
void step_enter(void);
void step_gone(void);
void step_mainexit(void);
void step_owntable(void);
void step_inflight(void);
void step_pass(void);
void step_take(void);
void step_uring(void);
void step_sleep(void);
void step_wait(void);
void step_until(void);
void step_tell(void);
void step_clock(void);
void step_at(void);
void step_name(void);

#endif

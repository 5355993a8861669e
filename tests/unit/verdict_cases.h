/* SPDX-License-Identifier: GPL-2.0 */
/* For each verdict records that lead to it. */
#ifndef TEST_VERDICT_CASES_H
#define TEST_VERDICT_CASES_H

#include "userspace/base/kernel_socket.h"

struct verdict_case {
	const char *name;
	const char *script;
	uint64_t age_s; /* after the last record */
	const char *words; /* in the text that is printed */
};

struct verdict_live_case {
	struct verdict_case rule;
	struct kernel_socket live; /* what the kernel says now, of the one or of its listener */
};

#define A 101 /* the cookies in script.h, and that of LISTENING */
#define B 202
#define L 9

#define ACCEPTED                                              \
	"0 B request CLOSE NEW_SYN_RECV\n"                    \
	"1 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"2 B socket SYN_RECV ESTABLISHED orphan\n"            \
	"3 B accept ESTABLISHED comm=httpd pid=790 inode=6001\n"

#define LISTENING "0 B socket CLOSE LISTEN listener cookie=9 comm=httpd pid=790\n"

#define NOT_ACCEPTED                                          \
	LISTENING                                             \
	"1 B request CLOSE NEW_SYN_RECV\n"                    \
	"2 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"3 B socket SYN_RECV ESTABLISHED orphan\n"

/* A in one namespace, B in another: they know each other by their SYN-ACK. */
#define BOTH_SYN                                                              \
	"0 A socket CLOSE SYN_SENT inode=5001 comm=curl pid=812\n"            \
	"1 A out SYN seq=1000\n2 B in SYN seq=1000\n"                         \
	"3 B request CLOSE NEW_SYN_RECV\n4 B out SYN,ACK seq=7000 ack=1001\n" \
	"5 A in SYN,ACK seq=7000 ack=1001\n"                                  \
	"6 A socket SYN_SENT ESTABLISHED inode=5001\n"                        \
	"7 B request NEW_SYN_RECV CLOSE reason=established\n"                 \
	"8 B socket SYN_RECV ESTABLISHED orphan\n"

#define BOTH_ENDS BOTH_SYN "9 B accept ESTABLISHED comm=httpd pid=790 inode=6001\n"

#define SYN_ARRIVED                                                \
	LISTENING                                                  \
	"1 A socket CLOSE SYN_SENT inode=5001 comm=curl pid=812\n" \
	"2 A out SYN seq=1000\n3 B in SYN seq=1000\n"

#define RELAY_FIRST ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n"
#define RELAY_SECOND(us)                                                                    \
	"5 B socket CLOSE SYN_SENT cookie=7 port=50000 raddr=10.0.0.9 comm=httpd pid=790\n" \
	"6 B socket SYN_SENT ESTABLISHED cookie=7\n" us                                     \
	" B socket ESTABLISHED FIN_WAIT1 cookie=7 comm=httpd pid=790 inode=6002\n" us       \
	" B socket FIN_WAIT1 FIN_WAIT2 cookie=7 inode=6002\n"

static const struct verdict_case verdict_cases[] = {
	{ "close-wait-leak", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n", 843,
	  "The peer closed 14m03s ago; the socket, which httpd[790] had last, is still open. If it" },
	{ "close-wait-unread", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=812\n",
	  10, "812 bytes lay unread. Whether httpd[790] reads them is not known" },
	{ "close-wait-unread", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=1\n",
	  10, "1 byte lay unread" },
	{ "close-wait-not-accepted", NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan\n", 10,
	  "waits in the queue of httpd[790]" },
	{ "close-wait-not-accepted",
	  NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan unread=5\n", 10,
	  "must call accept()" },
	/* Its accept() may be among the records that were lost. */
	{ "close-wait-leak",
	  NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n10 B loss count=2 since=4\n", 10,
	  "Records are missing, and this may be over: The peer closed" },
	{ "close-wait-mptcp",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B request NEW_SYN_RECV CLOSE reason=established\n"
	  "2 B socket SYN_RECV ESTABLISHED orphan mptcp\n"
	  "9 B socket ESTABLISHED CLOSE_WAIT orphan unread=812 mptcp\n",
	  10, "not known from a subflow" },
	{ "close-wait-mptcp", "10000000 B snapshot CLOSE_WAIT inode=6001 age_us=5000000 mptcp\n",
	  20, "half closed for at least 25.0s" },
	{ "fin-wait2-mptcp",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 mptcp\n"
		   "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001 mptcp\n",
	  60, "ss -Mnp" },
	/* A right SYN-ACK is refused, and has not come to the socket. */
	{ "syn-sent-answer-refused",
	  "0 A socket CLOSE SYN_SENT inode=5001 comm=curl pid=812\n1 A out SYN seq=1000\n"
	  "9 A out RST seq=1001 cookie=0\n",
	  10, "before the socket got it: a firewall here rejects it." },
	{ "syn-sent-unanswered",
	  "0 A socket CLOSE SYN_SENT inode=5001 comm=curl pid=812\n1 A out SYN seq=1000\n"
	  "9 A out RST seq=9001 cookie=0\n",
	  10, "Whether it arrived is not known" },
	{ "established-self",
	  "0 A socket CLOSE SYN_SENT raddr=10.0.0.1 port=80 comm=curl pid=812\n"
	  "1 A socket SYN_SENT SYN_RECV raddr=10.0.0.1 port=80\n"
	  "2 A socket SYN_RECV ESTABLISHED raddr=10.0.0.1 port=80 inode=1\n",
	  10, "connect to port 80 of this host" },
	/* The end is handed on to another connection of the same process, and only then. */
	{ "close-wait-relay", RELAY_FIRST RELAY_SECOND("11"), 843,
	  "As a relay does that hands the end on, httpd[790] has shut down its half of another connection, to "
	  "10.0.0.9:50000, 2us later, and waits" },
	{ "fin-wait2-relay", RELAY_FIRST RELAY_SECOND("11"), 843, "10.0.0.1:40000, had closed" },
	{ "close-wait-leak", RELAY_FIRST RELAY_SECOND("200011"), 843, "had last" },
	{ "last-ack-unanswered",
	  ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n10 B socket CLOSE_WAIT LAST_ACK orphan\n"
		   "11 B out FIN,ACK seq=1\n12 B out FIN,ACK seq=1\n13 B out FIN,ACK seq=1\n",
	  10, "our FIN was sent 3 times and not answered" },
	{ "last-ack-unanswered",
	  ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"
		   "10 B socket CLOSE_WAIT LAST_ACK orphan unacked=70000\n",
	  10,
	  "70000 bytes before our FIN are not acknowledged, by the last record: the peer is gone, "
	  "does not read (zero window), or something drops segments, on the way or at one of its "
	  "ends." },
	/* What was unread at an earlier look may have been read since. */
	{ "close-wait-unread",
	  ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=812\n"
		   "99 B snapshot CLOSE_WAIT inode=6001 unread=811\n",
	  10, "when last looked at, 811 bytes lay unread." },
	{ "fin-wait1-unanswered", ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n",
	  10, "4096 bytes before our FIN are not acknowledged" },
	{ "fin-wait1-unanswered", ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n", 10,
	  "our FIN is not answered" },
	{ "fin-wait2-held",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 comm=httpd pid=790\n"
		   "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001\n",
	  60,
	  "httpd[790] has kept the socket; for 1m00s the peer has not sent its FIN, or that does "
	  "not get here; whether data comes is not on record." },
	/* The other end is here: its process is the one to look at. */
	{ "fin-wait2-held",
	  BOTH_ENDS "10 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"
		    "11 B socket ESTABLISHED CLOSE_WAIT inode=6001\n"
		    "12 A socket FIN_WAIT1 FIN_WAIT2 inode=5001\n",
	  60, "See what httpd[790] waits for. To wait no longer" },
	/* The other end was closed without a segment, or its segments did not arrive. */
	{ "established-half-open", BOTH_ENDS "10 B socket ESTABLISHED CLOSE comm=httpd pid=790\n",
	  10,
	  "ended 10.0s ago; neither has a FIN of it arrived here, nor a RST that this end "
	  "took. curl[812] can" },
	{ "fin-wait2-half-open",
	  BOTH_ENDS "10 A socket ESTABLISHED FIN_WAIT1 inode=5001\n"
		    "11 B socket ESTABLISHED CLOSE_WAIT inode=6001\n"
		    "12 A socket FIN_WAIT1 FIN_WAIT2 inode=5001\n"
		    "13 B socket CLOSE_WAIT LAST_ACK orphan\n"
		    "14 B socket LAST_ACK CLOSE err=110\n",
	  60, "The peer's FIN will not come" },
	{ "fin-wait2-orphan",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n"
		   "10 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		   "10 B timewait FIN_WAIT2 FIN_WAIT2\n",
	  60, "its own FIN has not come" },
	{ "syn-sent-unanswered",
	  "0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n1 A out SYN seq=1\n"
	  "2 A out SYN seq=1\n3 A out SYN seq=1\n",
	  4, "curl[812] wants to connect, but the SYN was sent 3 times and not answered" },
	{ "syn-sent-dropped", SYN_ARRIVED, 4,
	  "Its SYN arrived at httpd[790], on this machine, and no answer left it." },
	{ "syn-sent-dropped", SYN_ARRIVED "9 B loss count=2 since=8\n", 4,
	  "Whether that answered is not known" },
	{ "syn-sent-answer-lost",
	  SYN_ARRIVED "4 B request CLOSE NEW_SYN_RECV\n5 B out SYN,ACK seq=7000 ack=1001\n"
		      "6 B loss count=2 since=5\n",
	  4, "whether the SYN-ACK has come back is not known" },
	/* The answer has come, and is dropped here. */
	{ "syn-sent-answer-refused",
	  SYN_ARRIVED "4 B request CLOSE NEW_SYN_RECV\n5 B out SYN,ACK seq=7000 ack=1001\n"
		      "6 A in SYN,ACK seq=7000 ack=1001\n",
	  4, "curl[812] wants to connect. A SYN-ACK has come, and the socket has not taken it." },
	/* The request has come to its end meanwhile, the SYN cookie never was one. */
	{ "syn-sent-answer-lost",
	  SYN_ARRIVED "4 B request CLOSE NEW_SYN_RECV\n5 B out SYN,ACK seq=7000 ack=1001\n"
		      "6 B request NEW_SYN_RECV CLOSE reason=timeout\n",
	  4, "and was answered" },
	{ "syn-sent-answer-lost", SYN_ARRIVED "5 B out SYN,ACK seq=7000 ack=1001 cookie=0\n", 4,
	  "and was answered; the SYN-ACK has not come back." },
	{ "syn-recv-unanswered",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n2 B out SYN,ACK seq=1\n", 4,
	  "our SYN-ACK was sent 2 times and not answered: the way back to its sender is another one "
	  "and blocked (asymmetric routing), a filter drops it or its answer, the answer found the accept queue full, or" },
	/* BPF may set another first timeout: no record tells of that. */
	{ "syn-recv-deferred", "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n", 3,
	  "If the first timeout is the usual one of 1 s, the client has answered our SYN-ACK" },
	{ "syn-recv-unanswered",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n9 B loss count=2 since=8\n", 3,
	  "Whether the SYN-ACK was answered is not known" },
	{ "syn-recv-unanswered", "0 B request CLOSE NEW_SYN_RECV\n", 3,
	  "Whether the SYN-ACK was answered is not known" },
	{ "closing-stuck",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n10 B socket FIN_WAIT1 CLOSING\n", 10,
	  "Both sides closed at once" },
	{ "closing-stuck",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n"
		   "10 B socket FIN_WAIT1 CLOSING orphan unacked=900\n",
	  10, "the peer is gone, does not read (zero window), or something" },
	{ "time-wait-rearmed",
	  ACCEPTED
	  "9 B timewait FIN_WAIT2 TIME_WAIT\n10 B timewait TIME_WAIT TIME_WAIT reason=fin\n",
	  66, "begun anew 1 time, because the peer still sends: it repeats its FIN, for" },
	{ "close-wait-leak", "10000000 B snapshot CLOSE_WAIT inode=6001 age_us=5000000\n", 20,
	  "The peer closed at least 25.0s ago; its process has not." },
	{ "close-wait-not-accepted", "0 B snapshot CLOSE_WAIT\n", 20, "nobody has accepted" },
	{ "syn-sent-unanswered", "0 A snapshot SYN_SENT retransmits=6 retrans_total=1 inode=1\n",
	  20, "the SYN was sent 2 times" },
	{ "syn-sent-unanswered", "0 A snapshot SYN_SENT retransmits=4 retrans_total=4 inode=1\n",
	  20, "the SYN was sent 5 times" },
	{ "accept-queue-waiting", NOT_ACCEPTED, 10,
	  "1 connection waits to be accepted, the oldest for 10.0s: httpd[790] does not accept. "
	  "None has been accepted since it listens." },
	/* The recording is younger than the listener. */
	{ "accept-queue-waiting",
	  "10000000 B snapshot LISTEN listener cookie=9 inode=7\n"
	  "10000000 B snapshot ESTABLISHED age_us=9000000\n",
	  5,
	  "the oldest for at least 14.0s: its process has not accepted yet. Whether it accepts "
	  "any is not known: the recording began 5.0s ago." },
};

static const struct verdict_live_case verdict_live_cases[] = {
	/* Due after 1 s and 3 s, and not sent again: its ACK has come. The next time is after 7 s. */
	{ { "syn-recv-deferred", "0 B request CLOSE NEW_SYN_RECV\n", 3,
	    "The client has answered our SYN-ACK, for that is not sent again; for 3.0s" },
	  { .cookie = B, .expires_ms = 4000 } },
	/* The first time is after 5 s. */
	{ { "syn-recv-unanswered", "0 B request CLOSE NEW_SYN_RECV\n", 3,
	    "Whether the SYN-ACK was answered is not known" },
	  { .cookie = B, .expires_ms = 2000 } },
	{ { "syn-recv-unanswered", "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n", 3,
	    "our SYN-ACK" },
	  { .cookie = B, .retransmits = 1 } },
	{ { "syn-recv-unanswered", LISTENING "1 B request CLOSE NEW_SYN_RECV\n", 20,
	    "a filter drops it or its answer, or the sender is forged" },
	  { .cookie = L, .queued = 1, .backlog = 1 } },
	/* What is sent again does not leave this machine, or nothing ever did. */
	{ { "syn-sent-unanswered", "0 A snapshot SYN_SENT retransmits=6 retrans_total=1 inode=1\n",
	    20,
	    "Of 6 retransmissions no more than 1 left this machine, and the SYN is not answered" },
	  { .cookie = 101,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 6,
	    .resent = 1,
	    .mss = 536 } },
	{ { "established-unanswered",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=812\n", 0,
	    "the peer's window has room for them, but in 5 tries no segment has left" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_PROBE,
	    .retransmits = 5,
	    .has_info = true,
	    .acked_ms = 40000,
	    .sent_ms = 40000,
	    .received_ms = 40000,
	    .unsent = 812,
	    .mss = 1448,
	    .window = 65280 } },
	/* Full segments are not acknowledged: smaller ones were, or the peer is heard. */
	{ { "established-unanswered",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=20000\n", 0,
	    "Small segments were acknowledged, a full one (1448 bytes) never was: a hop may have a "
	    "smaller MTU. Compare ping -M do -s 1472" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .resent = 7,
	    .has_info = true,
	    .acked_ms = 32000,
	    .received_ms = KERNEL_NEVER_MS,
	    .repeated_ms = 29000,
	    .acked_bytes = 5,
	    .mss = 1448,
	    .pmtu = 1500 } },
	{ { "established-unanswered",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=20000\n", 0,
	    "for at least 29.0s, and 7 retransmissions did not help. The peer lives: it was heard "
	    "2.0s ago. What we send does not arrive (if only full segments do not, a hop has a "
	    "smaller MTU), or its kernel drops it." },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .resent = 7,
	    .has_info = true,
	    .acked_ms = 32000,
	    .received_ms = 2000,
	    .repeated_ms = 29000,
	    .acked_bytes = 500000,
	    .mss = 1448,
	    .pmtu = 1500 } },
	/* Data before the FIN is sent again, not the FIN. */
	{ { "last-ack-unanswered",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n10 B socket CLOSE_WAIT LAST_ACK orphan\n"
		     "99 B snapshot LAST_ACK orphan unacked=700 retransmits=5\n",
	    10, "but 700 bytes before our FIN are not acknowledged" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 5,
	    .resent = 5,
	    .has_info = true } },
	/* Recv-Q, at the FIN and now, tells what was read. */
	{ { "close-wait-leak", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n", 10,
	    "had last, is still open. The close is missing: its code that has read" },
	  { .cookie = B } },
	{ { "close-wait-leak",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=5\n"
		     "99 B snapshot CLOSE_WAIT inode=6001\n",
	    10, "had last, is still open. The close is missing: nothing is left" },
	  { .cookie = B } },
	{ { "close-wait-end-unread", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n", 10,
	    "httpd[790] has not read the end of file, though nothing else is left to read." },
	  { .cookie = B, .end_unread = true } },
	{ { "close-wait-unread",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=812\n"
		     "99 B snapshot CLOSE_WAIT inode=6001 unread=812\n",
	    10, "as many as when it closed: httpd[790] has stopped reading." },
	  { .cookie = B, .end_unread = true } },
	{ { "close-wait-unread",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=812\n"
		     "99 B snapshot CLOSE_WAIT inode=6001 unread=811\n",
	    10, "811 bytes lie unread, fewer than there were: httpd[790] has read" },
	  { .cookie = B, .end_unread = true } },
	{ { "close-wait-unread", "9 B snapshot CLOSE_WAIT inode=6001 unread=811\n", 10,
	    "Whether its process reads them is not known from one look" },
	  { .cookie = B, .end_unread = true } },
	{ { "fin-wait2-unread",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 comm=httpd pid=790\n"
		     "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001\n"
		     "99 B snapshot FIN_WAIT2 inode=6001 unread=5000\n",
	    60, "5000 bytes of the peer lie unread: httpd[790] has to read." },
	  { .cookie = B } },
	/* What was unread when our FIN was acknowledged may be read by now. */
	{ { "fin-wait2-held",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 comm=httpd pid=790\n"
		     "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001 unread=7\n",
	    60, "has not sent its FIN" },
	  { .cookie = L } },
	{ { "fin-wait2-held",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 comm=httpd pid=790\n"
		     "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001\n",
	    70, "for 1m00s the peer has sent neither data nor its FIN" },
	  { .cookie = B, .has_info = true, .sent_ms = KERNEL_NEVER_MS, .received_ms = 60000 } },
	{ { "close-wait-not-accepted", NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan\n",
	    10, "httpd[790] (5 wait there, the backlog is 128)" },
	  { .cookie = L, .queued = 5, .backlog = 128 } },
	/* The timer tells whether the peer is gone, or keeps its window closed. */
	{ { "last-ack-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"
		     "10 B socket CLOSE_WAIT LAST_ACK orphan unacked=70000\n",
	    10, "70000 bytes still to go: the peer has closed its window" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	{ { "last-ack-unanswered",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"
		     "10 B socket CLOSE_WAIT LAST_ACK orphan unacked=70000\n",
	    10, "the peer is gone" },
	  { .cookie = B, .timer = KERNEL_TIMER_RETRANSMIT, .retransmits = 4 } },
	/* Older than the trail: since when it has not moved, not since when it is closed. */
	{ { "fin-wait1-zero-window", "60000000 B snapshot FIN_WAIT1 orphan unacked=4096\n", 2,
	    "FIN-WAIT-1 >=50.0s" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 50000 } },
	{ { "fin-wait1-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n", 10,
	    "4096 bytes still to go: the peer has closed its window" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .retransmits = 1 } },
	/* The FIN alone has no room, and in CLOSING neither has the data before it. */
	{ { "last-ack-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n10 B socket CLOSE_WAIT LAST_ACK orphan\n",
	    10, "We closed, but our FIN has to wait: the peer has closed its window." },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	{ { "closing-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n"
		     "10 B socket FIN_WAIT1 CLOSING orphan unacked=900\n",
	    10, "900 bytes still to go: the peer has closed its window" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	/* A socket that is held is not given up as long as its probes are answered. */
	{ { "fin-wait1-zero-window-held",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 inode=6001\n", 10,
	    "httpd[790] has shut down our half and kept the socket with 4096 bytes still to go: the "
	    "peer has closed its window." },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	{ { "last-ack-zero-window-held",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n"
		     "10 B socket CLOSE_WAIT LAST_ACK unacked=70000 inode=6001\n",
	    10, "holds the socket, the kernel does not give up, unless TCP_USER_TIMEOUT is set." },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	{ { "closing-zero-window-held",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001\n"
		     "10 B socket FIN_WAIT1 CLOSING inode=6001\n",
	    10, "kept the socket, but our FIN has to wait: the peer has closed its window." },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	/* Probes without an answer: nobody is there to keep it closed. */
	{ { "fin-wait1-unanswered",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n", 10,
	    "the peer is gone" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .retransmits = 5 } },
	/* Segments are recorded, and its SYN is not: whatever the timer counts, none has left. */
	{ { "syn-sent-unanswered", "0 A socket CLOSE SYN_SENT inode=5001 comm=curl pid=812\n", 10,
	    "The SYN was due 8 times and is not on record as sent" },
	  { .cookie = A, .timer = KERNEL_TIMER_RETRANSMIT, .retransmits = 7, .resent = 7 } },
	/* What keeps silent may be gone, or not; a socket of this machine that lives is not. */
	{ { "established-unanswered",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=900\n", 0,
	    "Whether it is gone, or the path, or its kernel drops what we send, is not known" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .has_info = true,
	    .sent_ms = 40000,
	    .received_ms = 40000,
	    .acked_ms = 40000,
	    .repeated_ms = 40000 } },
	{ { "established-unanswered",
	    BOTH_ENDS "60000000 B snapshot ESTABLISHED inode=6001 unacked=900\n", 0,
	    "though its socket is there, on this machine: what we send does not arrive, or its" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .has_info = true,
	    .sent_ms = 40000,
	    .received_ms = 40000,
	    .acked_ms = 40000,
	    .repeated_ms = 40000 } },
	{ { "fin-wait1-unanswered", BOTH_ENDS "60000000 B socket ESTABLISHED FIN_WAIT1 orphan\n",
	    10, "not answered: something drops segments, on the way or at one of its ends." },
	  { 0 } },
	/* Data that waits for the peer is no leak of the process. */
	{ { "close-wait-zero-window",
	    ACCEPTED "60000000 B snapshot CLOSE_WAIT inode=6001 unacked=900 age_us=2000000\n", 0,
	    "900 bytes wait, and nothing has moved for 40.0s" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 40000 } },
	{ { "close-wait-unanswered",
	    ACCEPTED "60000000 B snapshot CLOSE_WAIT inode=6001 unacked=900\n", 0,
	    "900 bytes are not acknowledged for 40.0s, and 7 retransmissions did not help. Nothing has come from the peer for 40.0s" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .has_info = true,
	    .sent_ms = 1000,
	    .acked_ms = 40000,
	    .received_ms = KERNEL_NEVER_MS } },
	{ { "established-zero-window",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=900\n", 0,
	    "900 bytes wait, and nothing has moved for 40.0s" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 40000 } },
	{ { "established-zero-window",
	    BOTH_ENDS "60000000 A snapshot ESTABLISHED inode=5001 unacked=900\n", 0,
	    "It lives, but has no room: httpd[790] does not read, or its host lacks memory. Look at httpd[790]" },
	  { .cookie = A, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 40000 } },
	{ { "fin-wait1-zero-window",
	    LISTENING BOTH_SYN "10 A socket ESTABLISHED FIN_WAIT1 orphan unacked=900\n", 20,
	    "no room: httpd[790] does not read" },
	  { .cookie = A, .timer = KERNEL_TIMER_PROBE } },
	{ { "established-unanswered",
	    ACCEPTED "60000000 B snapshot ESTABLISHED inode=6001 unacked=900\n", 0,
	    "900 bytes are not acknowledged for 40.0s, and 7 retransmissions did not help. Nothing has come from the peer for 40.0s" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .has_info = true,
	    .sent_ms = 1000,
	    .acked_ms = 40000,
	    .received_ms = KERNEL_NEVER_MS } },
	{ { "syn-sent-queue-full", SYN_ARRIVED, 20,
	    "arrived at httpd[790], on this machine, and was not answered: the accept queue is full" },
	  { .cookie = L, .queued = 2, .backlog = 1 } },
	{ { "accept-queue-full", LISTENING "0 B snapshot LISTEN listener cookie=9 inode=7\n", 20,
	    "129 connections wait, the backlog is 128, and new clients get no answer: httpd[790] does not accept." },
	  { .cookie = L, .queued = 129, .backlog = 128 } },
	{ { "accept-queue-full",
	    LISTENING "0 B socket CLOSE LISTEN listener cookie=8 comm=httpd pid=791\n", 20,
	    "accepts too slowly, or not at all. 2 listeners share the port (SO_REUSEPORT)." },
	  { .cookie = L, .queued = 129, .backlog = 128 } },
	{ { "syn-recv-queue-full", LISTENING "1 B request CLOSE NEW_SYN_RECV\n", 20,
	    "the accept queue of httpd[790] is full: 2 wait, the backlog is 1" },
	  { .cookie = L, .queued = 2, .backlog = 1 } },
};

#endif

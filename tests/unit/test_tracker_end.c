// SPDX-License-Identifier: GPL-2.0
/* The model: a table of ways to end, and what each is called. */
#include "tracker_tools.h"
#include "userspace/base/array.h"
#include "userspace/conn/counters.h"
#include "userspace/conn/pair.h"
#include "userspace/conn/timing.h"

/* One line of a table: what the last record makes of one end. */
struct expected {
	const char *name;
	const char *script;
	uint64_t cookie;
	uint8_t end;
	uint8_t state;
	uint8_t why;
};

static const struct expected endings[] = {
	{ "refused", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=111\n", 101,
	  CONN_REFUSED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "unanswered", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=110\n", 101,
	  CONN_UNANSWERED, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "unreachable", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=113\n", 101,
	  CONN_UNREACHABLE, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "abandoned", "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE\n", 101,
	  CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "no source port: connect() sent nothing",
	  "0 A socket CLOSE SYN_SENT nolport pid=812\n9 A socket SYN_SENT CLOSE nolport pid=812\n",
	  101, CONN_NO_PORT, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "… as the module says, of a socket that has never had one",
	  "0 A socket CLOSE SYN_SENT nolport pid=812\n"
	  "9 A socket SYN_SENT CLOSE nolport pid=812 reason=no_port\n",
	  101, CONN_NO_PORT, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "connect() fails on a socket that had connected before: its port is another's",
	  "0 A socket CLOSE SYN_SENT nolport pid=812\n"
	  "9 A socket SYN_SENT CLOSE nolport pid=812 reason=unsent\n",
	  101, CONN_FAILED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "close() before an answer came",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE pid=812 reason=closed\n",
	  101, CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_CLOSED },
	{ "connect() to AF_UNSPEC before an answer came",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n"
	  "9 A socket SYN_SENT CLOSE pid=812 reason=disconnect\n",
	  101, CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_DISCONNECT },
	{ "request expired",
	  "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=timeout\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_SYN_ACK },
	{ "request reset: segments are not on record, and it may have been this end's own RST",
	  "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=reset\n", 202,
	  CONN_RESET, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "… by a RST that came",
	  "0 B request CLOSE NEW_SYN_RECV\n8 B in RST\n9 B request NEW_SYN_RECV CLOSE reason=reset\n",
	  202, CONN_RESET_IN, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "reset by peer", HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=104\n", 101,
	  CONN_RESET_IN, TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "reset by us",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE unread=3\n"
		    "80010 B out RST seq=7001\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "closed with bytes unread",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE unread=3 pid=790\n", 202, CONN_RESET_OUT,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNREAD },
	{ "linger 0", HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790\n", 202, CONN_RESET_OUT,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_ABORTED },
	{ "never accepted",
	  "0 B request CLOSE NEW_SYN_RECV orphan\n5 B socket SYN_RECV ESTABLISHED orphan\n"
	  "9 B socket ESTABLISHED CLOSE orphan\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNACCEPTED },
	{ "late data in FIN-WAIT-1",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 CLOSE orphan err=104\n90001 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_LATE_DATA },
	{ "… by bytes that shutdown() of both directions had no use for: a process holds the socket",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2\n"
		    "90001 B socket FIN_WAIT2 CLOSE err=104\n90002 B out RST cookie=0\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LATE_DATA },
	{ "… or by a RST, which leaves the same error: segments are not on record",
	  "0 B socket ESTABLISHED FIN_WAIT1 pid=790\n9 B socket FIN_WAIT1 CLOSE orphan err=104\n",
	  202, CONN_RESET, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "… or records were lost",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n80001 B loss 5\n"
		    "90000 B socket FIN_WAIT1 CLOSE orphan err=104\n",
	  202, CONN_RESET, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "… or a RST that was under way to the socket while close() began on another CPU",
	  HANDSHAKE "79999 B in RST\n80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80001 B socket FIN_WAIT1 CLOSE orphan err=104\n",
	  202, CONN_RESET, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "late data in FIN-WAIT-2",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90001 B socket FIN_WAIT2 CLOSE orphan\n90002 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LATE_DATA },
	{ "the peer's RST in FIN-WAIT-1",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B in RST\n90001 B socket FIN_WAIT1 CLOSE orphan err=104\n",
	  202, CONN_RESET_IN, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "a RST that waited in the backlog while its process was in close()",
	  HANDSHAKE "79999 B in RST\n80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80001 B out FIN,ACK\n80002 B socket FIN_WAIT1 CLOSE orphan err=104 pid=790\n",
	  202, CONN_RESET_IN, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "… and bytes that did",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n80001 B out FIN,ACK\n"
		    "80002 B socket FIN_WAIT1 CLOSE orphan err=104 pid=790\n80003 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_LATE_DATA },
	{ "a RST that was not taken, and then late data",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80100 B in RST\n90001 B socket FIN_WAIT1 CLOSE orphan err=104\n"
		    "90002 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_LATE_DATA },
	{ "a RST that was not taken, and an orderly close: what it left is no error",
	  HANDSHAKE "79000 B in RST seq=99\n80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80100 B in RST seq=99\n90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90100 B in RST seq=99\n90200 B in FIN,ACK\n"
		    "90300 B socket FIN_WAIT2 CLOSE orphan\n",
	  202, CONN_NORMAL, TCPTRAIL_FIN_WAIT2, CONN_WHY_NO_TIME_WAIT },
	{ "a forged RST, then close() with bytes unread",
	  HANDSHAKE "79000 B in RST seq=99\n"
		    "80000 B socket ESTABLISHED CLOSE unread=3 pid=790\n80001 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNREAD },
	{ "shutdown(), then close() with bytes unread",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "81000 B socket FIN_WAIT1 FIN_WAIT2\n"
		    "90000 B socket FIN_WAIT2 CLOSE pid=790 unread=7\n90001 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_UNREAD },
	{ "too many orphans",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80001 B socket FIN_WAIT1 CLOSE orphan pid=790\n80002 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_MEMORY },
	{ "… which only the RST shows: so is a kernel socket dropped whose namespace goes",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80001 B socket FIN_WAIT1 CLOSE orphan pid=790\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_UNTOLD },
	{ "closed with a TCP_LINGER2 below zero",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "81000 B socket FIN_WAIT1 FIN_WAIT2\n"
		    "90000 B socket FIN_WAIT2 CLOSE orphan pid=790\n90001 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LINGER2 },
	{ "the same, when the FIN is acknowledged: the kernel calls that late data, too",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "80010 B out FIN,ACK seq=9001 ack=1001\n"
		    "100000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "100001 B socket FIN_WAIT2 CLOSE orphan reason=linger2\n"
		    "100002 B out RST seq=9002 reset_reason=late_data\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LINGER2 },
	{ "no room for the TIME-WAIT: a RST that comes later answers the peer's FIN",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90001 B socket FIN_WAIT2 CLOSE orphan\n180000 B out RST cookie=0\n",
	  202, CONN_FIN_TIMEOUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_NO_TIME_WAIT },
	{ "no room for the TIME-WAIT, with both FINs there",
	  HANDSHAKE "80000 B in FIN,ACK\n80001 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90001 B socket FIN_WAIT2 CLOSE orphan\n",
	  202, CONN_NORMAL, TCPTRAIL_FIN_WAIT2, CONN_WHY_NO_TIME_WAIT },
	{ "… which is not said where records were lost: the minisocket's may be one of them",
	  HANDSHAKE "80000 B in FIN,ACK\n80001 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n90001 B loss 5\n"
		    "90002 B socket FIN_WAIT2 CLOSE orphan\n",
	  202, CONN_NORMAL, TCPTRAIL_FIN_WAIT2, CONN_WHY_UNTOLD },
	{ "Fast Open: the SYN-ACK is the first that names the child",
	  "0 B in SYN len=5\n1 B socket LISTEN SYN_RECV child unaddressed cookie=0\n"
	  "2 B out SYN,ACK state=SYN_RECV\n5 B in RST\n6 B socket SYN_RECV CLOSE err=104\n",
	  202, CONN_RESET_IN, TCPTRAIL_SYN_RECV, CONN_WHY_UNTOLD },
	{ "refused by ICMP: no RST came, though its segments are on record",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE err=111\n", 101,
	  CONN_REFUSED, TCPTRAIL_SYN_SENT, CONN_WHY_ICMP },
	{ "prohibited by ICMP",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE err=13\n", 101,
	  CONN_UNREACHABLE, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "a request dropped without a RST",
	  "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n"
	  "9 B request NEW_SYN_RECV CLOSE reason=reset\n",
	  202, CONN_DROPPED, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "a request that ICMP ended",
	  "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n"
	  "9 B request NEW_SYN_RECV CLOSE reason=icmp\n",
	  202, CONN_UNREACHABLE, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_SYN_ACK },
	{ "a request that ss -K ended",
	  "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n"
	  "9 B request NEW_SYN_RECV CLOSE reason=killed\n",
	  202, CONN_KILLED, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "data unanswered",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110 unacked=5 retransmits=15\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "FIN unanswered",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 CLOSE err=110 orphan\n",
	  202, CONN_UNANSWERED, TCPTRAIL_FIN_WAIT1, CONN_WHY_FIN },
	{ "a window closed for good",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "81000 B out ACK\n82000 B out ACK\n"
		    "90000 B socket FIN_WAIT1 CLOSE err=110 unacked=9 orphan\n",
	  202, CONN_UNANSWERED, TCPTRAIL_FIN_WAIT1, CONN_WHY_WINDOW },
	{ "no route: bytes waited, and no probe of a window went",
	  HANDSHAKE "80000 A socket ESTABLISHED CLOSE err=110 unacked=9 sent=1 received=0\n", 101,
	  CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_UNSENT },
	{ "a TIME-WAIT that goes with its namespace: both had closed",
	  HANDSHAKE CLIENT_CLOSES SERVER_CLOSES "900000 A timewait TIME_WAIT CLOSE reason=netns\n",
	  101, CONN_NORMAL, TCPTRAIL_TIME_WAIT, CONN_WHY_NETNS },
	{ "an error of before, and the last ACK came",
	  HANDSHAKE CLIENT_CLOSES "800000 B socket CLOSE_WAIT LAST_ACK orphan\n"
				  "810000 B socket LAST_ACK CLOSE err=113 orphan\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "an error of before, and its process aborts it: nothing was under way",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=113 pid=790\n80001 B out RST,ACK\n", 202,
	  CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_ABORTED },
	{ "… or closes it with bytes unread",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=113 unread=3 pid=790\n"
		    "80001 B out RST,ACK\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_UNREAD },
	{ "… or aborts it with bytes under way, which the RST behind it shows",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=113 unacked=9 pid=790\n"
		    "80001 B out RST,ACK\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_ABORTED },
	{ "… or waited for a FIN in vain",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "81000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90000000 B socket FIN_WAIT2 CLOSE orphan err=113\n",
	  202, CONN_FIN_TIMEOUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_UNTOLD },
	{ "kTLS leaves an error that is none of the path: its process aborts it, with bytes under way",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=74 unacked=9 retransmits=1 pid=790\n"
		    "80001 B out RST,ACK\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_ABORTED },
	{ "… or too many orphans are there when it closes",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790 unacked=9\n"
		    "80001 B socket FIN_WAIT1 CLOSE orphan pid=790 unacked=9 err=74\n"
		    "80002 B out RST\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_MEMORY },
	{ "a firewall rejects what a connection that stood sent: it was not refused",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=111 unacked=5 retransmits=15\n", 202,
	  CONN_UNREACHABLE, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "… which is not so where bytes were sent again, and the timer ran in its call",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=113 pid=790 unacked=3 retransmits=8\n",
	  202, CONN_UNREACHABLE, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "an error that the FIN met",
	  HANDSHAKE CLIENT_CLOSES "800000 B socket CLOSE_WAIT LAST_ACK orphan\n"
				  "810000 B socket LAST_ACK CLOSE err=113 orphan retransmits=8\n",
	  202, CONN_UNREACHABLE, TCPTRAIL_LAST_ACK, CONN_WHY_FIN },
	{ "killed", HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=103\n", 202, CONN_KILLED,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	{ "timed out", HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110\n", 202, CONN_UNANSWERED,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_KEEPALIVE },
	{ "a TCP_USER_TIMEOUT that was over",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE err=110 unacked=5 user_timeout\n", 202,
	  CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_USER_TIMEOUT },
	{ "… which says nothing of a connect() that was not answered",
	  "0 A socket CLOSE SYN_SENT\n9 A socket SYN_SENT CLOSE err=110 user_timeout\n", 101,
	  CONN_UNANSWERED, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "… nor where ICMP was told at the end",
	  HANDSHAKE
	  "80000 B socket ESTABLISHED CLOSE err=113 unacked=5 retransmits=9 user_timeout\n",
	  202, CONN_UNREACHABLE, TCPTRAIL_ESTABLISHED, CONN_WHY_DATA },
	{ "a stale RST that the connection outlived",
	  "0 B request CLOSE NEW_SYN_RECV\n2 B in RST seq=9\n5 B request NEW_SYN_RECV CLOSE "
	  "reason=established\n5 B socket SYN_RECV ESTABLISHED\n7 B socket ESTABLISHED CLOSE_WAIT\n"
	  "8 B socket CLOSE_WAIT LAST_ACK\n9 B socket LAST_ACK CLOSE\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "fin timeout",
	  HANDSHAKE CLIENT_CLOSES "900000 A timewait FIN_WAIT2 CLOSE reason=timeout\n", 101,
	  CONN_FIN_TIMEOUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_UNTOLD },
	{ "data after close",
	  HANDSHAKE CLIENT_CLOSES "900000 A timewait FIN_WAIT2 CLOSE reason=data\n", 101,
	  CONN_RESET_OUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_LATE_DATA },
	{ "reused",
	  HANDSHAKE CLIENT_CLOSES SERVER_CLOSES "900000 A timewait TIME_WAIT CLOSE reason=reuse\n",
	  101, CONN_REUSED, TCPTRAIL_TIME_WAIT, CONN_WHY_UNTOLD },
	{ "assassinated",
	  HANDSHAKE CLIENT_CLOSES SERVER_CLOSES "900000 A timewait TIME_WAIT CLOSE reason=reset\n",
	  101, CONN_RESET_IN, TCPTRAIL_TIME_WAIT, CONN_WHY_UNTOLD },
	{ "end not seen", HANDSHAKE "900000 A socket CLOSE SYN_SENT nolport\n", 101, CONN_UNSEEN,
	  TCPTRAIL_ESTABLISHED, CONN_WHY_UNTOLD },
	/* From here on the kernel, or the module, says it. */
	{ "SO_LINGER 0, as the module says",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790 reason=linger\n"
		    "80001 B out RST,ACK reset_reason=state\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_LINGER },
	{ "connect() to AF_UNSPEC",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790 reason=disconnect\n", 202,
	  CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_DISCONNECT },
	{ "connect() to AF_UNSPEC with bytes unread: they are not the reason",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790 unread=3 reason=disconnect\n", 202,
	  CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_DISCONNECT },
	{ "repair mode", HANDSHAKE "80000 B socket ESTABLISHED CLOSE pid=790 reason=repair\n", 202,
	  CONN_SILENT, TCPTRAIL_ESTABLISHED, CONN_WHY_REPAIR },
	{ "SO_LINGER 0 in LAST-ACK, all sent: no RST goes",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "82000 B socket LAST_ACK CLOSE pid=790 reason=linger\n",
	  202, CONN_SILENT, TCPTRAIL_LAST_ACK, CONN_WHY_LINGER },
	{ "… and with data behind our FIN: one goes",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "82000 B socket LAST_ACK CLOSE pid=790 unacked=9 reason=linger\n"
		    "82001 B out RST,ACK reset_reason=unsent\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_LINGER },
	{ "the last ACK comes while its process is in a system call: nobody aborts",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "82000 B socket LAST_ACK CLOSE pid=790\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "… with bytes unread, too: shutdown() on the loopback",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n"
		    "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7\n"
		    "81001 B out FIN,ACK seq=9001 ack=1001\n"
		    "81002 B socket LAST_ACK CLOSE pid=790 unread=7\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "… and closed meanwhile: a RST goes",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n"
		    "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7\n"
		    "81001 B out FIN,ACK seq=9001 ack=1001\n"
		    "81002 B socket LAST_ACK CLOSE pid=790 unread=7\n"
		    "81003 B out RST,ACK seq=9002 ack=1001\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_UNREAD },
	{ "… which is not known where segments are not on record",
	  "80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n"
	  "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7\n"
	  "81002 B socket LAST_ACK CLOSE pid=790 unread=7\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNREAD },
	{ "… or where records were lost",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n80500 B loss 5\n"
		    "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7\n"
		    "81002 B socket LAST_ACK CLOSE pid=790 unread=7\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNREAD },
	{ "… in CLOSING as well, and then not that its TIME-WAIT had no room",
	  "80000 B socket ESTABLISHED FIN_WAIT1 unread=7\n"
	  "81000 B socket FIN_WAIT1 CLOSING unread=7\n"
	  "81002 B socket CLOSING CLOSE pid=790 unread=7\n",
	  202, CONN_NORMAL, TCPTRAIL_CLOSING, CONN_WHY_UNREAD },
	{ "… but the last ACK has not come where bytes of ours are not acknowledged",
	  "80000 B socket ESTABLISHED CLOSE_WAIT unread=7\n"
	  "81000 B socket CLOSE_WAIT LAST_ACK pid=790 unread=7 unacked=3\n"
	  "81002 B socket LAST_ACK CLOSE pid=790 unread=7 unacked=3\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_UNREAD },
	{ "too many orphans, in LAST-ACK",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "81001 B socket LAST_ACK CLOSE orphan pid=790\n"
		    "81002 B out RST,ACK reset_reason=memory\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_MEMORY },
	{ "… on a kernel that does not tell, in the timer: the RST goes first",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "91001 B out RST,ACK\n91002 B socket LAST_ACK CLOSE orphan\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_MEMORY },
	{ "… and at close()",
	  HANDSHAKE "80000 B socket ESTABLISHED CLOSE_WAIT\n81000 B socket CLOSE_WAIT LAST_ACK\n"
		    "81001 B socket LAST_ACK CLOSE orphan pid=790\n81002 B out RST,ACK\n",
	  202, CONN_RESET_OUT, TCPTRAIL_LAST_ACK, CONN_WHY_MEMORY },
	{ "keepalive, though bytes had been written since",
	  HANDSHAKE "80000 B out RST,ACK reset_reason=keepalive\n"
		    "80001 B socket ESTABLISHED CLOSE err=110 unacked=5\n",
	  202, CONN_UNANSWERED, TCPTRAIL_ESTABLISHED, CONN_WHY_KEEPALIVE },
	{ "late data, not the RST that came before",
	  HANDSHAKE
	  "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n80100 B in RST\n"
	  "90001 B socket FIN_WAIT1 CLOSE err=104\n90002 B out RST reset_reason=late_data\n",
	  202, CONN_RESET_OUT, TCPTRAIL_FIN_WAIT1, CONN_WHY_LATE_DATA },
	{ "the SYN-ACK comes right behind the end of a connect() that was given up",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE\n10 A in SYN,ACK\n"
	  "11 A out RST cookie=0 reset_reason=no_socket\n",
	  101, CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "… on a kernel that does not tell",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n9 A socket SYN_SENT CLOSE\n10 A in SYN,ACK\n"
	  "11 A out RST cookie=0\n",
	  101, CONN_ABANDONED, TCPTRAIL_SYN_SENT, CONN_WHY_UNTOLD },
	{ "no room for the TIME-WAIT: at once the peer's FIN is answered for no socket",
	  HANDSHAKE "80000 B socket ESTABLISHED FIN_WAIT1 pid=790\n"
		    "90000 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		    "90001 B socket FIN_WAIT2 CLOSE orphan\n"
		    "90002 B out RST cookie=0 reset_reason=no_socket\n",
	  202, CONN_FIN_TIMEOUT, TCPTRAIL_FIN_WAIT2, CONN_WHY_NO_TIME_WAIT },
	{ "the answer to a wrong ACK in SYN-SENT ends nothing",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN\n5 A in ACK\n"
	  "6 A out RST cookie=0 reset_reason=invalid_ack\n9 A socket SYN_SENT CLOSE err=110\n",
	  101, CONN_UNANSWERED, TCPTRAIL_SYN_SENT, CONN_WHY_SYN },
	{ "a full accept queue, with tcp_abort_on_overflow",
	  "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n"
	  "8 B out RST cookie=0\n9 B request NEW_SYN_RECV CLOSE reason=reset\n",
	  202, CONN_RESET_OUT, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_OVERFLOW },
	{ "a SYN inside the window of a request",
	  "0 B in SYN\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK\n7 B in SYN seq=9\n"
	  "8 B out RST,ACK cookie=0 reset_reason=invalid_syn\n"
	  "9 B request NEW_SYN_RECV CLOSE reason=reset\n",
	  202, CONN_RESET_OUT, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_UNTOLD },
	{ "a request that waited for data",
	  "0 B request CLOSE NEW_SYN_RECV\n9 B request NEW_SYN_RECV CLOSE reason=timeout acked\n",
	  202, CONN_UNANSWERED, TCPTRAIL_NEW_SYN_RECV, CONN_WHY_DEFERRED },
	{ "a subflow of MPTCP that nobody accepted, as it seems",
	  "0 B request CLOSE NEW_SYN_RECV orphan\n5 B socket SYN_RECV ESTABLISHED orphan mptcp\n"
	  "9 B socket ESTABLISHED CLOSE orphan mptcp\n",
	  202, CONN_RESET_OUT, TCPTRAIL_ESTABLISHED, CONN_WHY_MPTCP },
	{ "two children of one request: the other one closes last",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B socket LISTEN SYN_RECV child\n"
	  "2 B request NEW_SYN_RECV CLOSE reason=established\n3 B socket SYN_RECV ESTABLISHED\n"
	  "4 B socket LISTEN SYN_RECV child\n5 B socket SYN_RECV CLOSE reason=duplicate\n"
	  "7 B socket ESTABLISHED CLOSE_WAIT\n8 B socket CLOSE_WAIT LAST_ACK\n"
	  "9 B socket LAST_ACK CLOSE\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "… or first",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B socket LISTEN SYN_RECV child\n"
	  "2 B socket LISTEN SYN_RECV child\n3 B socket SYN_RECV CLOSE reason=duplicate\n"
	  "4 B request NEW_SYN_RECV CLOSE reason=established\n5 B socket SYN_RECV ESTABLISHED\n"
	  "7 B socket ESTABLISHED CLOSE_WAIT\n8 B socket CLOSE_WAIT LAST_ACK\n"
	  "9 B socket LAST_ACK CLOSE\n",
	  202, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
	{ "begun before the trail", "0 A socket CLOSE_WAIT LAST_ACK\n9 A socket LAST_ACK CLOSE\n",
	  101, CONN_NORMAL, TCPTRAIL_LAST_ACK, CONN_WHY_UNTOLD },
};

static void test_endings(void **state)
{
	const struct expected *e;
	struct ended ended;
	struct tracker *tracker;
	size_t i;

	for (e = endings; e < endings + ARRAY_SIZE(endings); e++) {
		tracker = feed(e->script, &ended);
		tracker_settle(tracker);
		for (i = 0; i < ended.count && ended.conns[i].cookie != e->cookie; i++)
			;
		if (i == ended.count)
			fail_msg("%s: not told", e->name);
		if (ended.conns[i].end != e->end || ended.conns[i].state != e->state ||
		    ended.conns[i].why != e->why)
			fail_msg("%s: end %u, state %u, why %u", e->name, ended.conns[i].end,
				 ended.conns[i].state, ended.conns[i].why);
		while (++i < ended.count)
			if (ended.conns[i].cookie == e->cookie)
				fail_msg("%s: told twice", e->name);
		tracker_free(tracker);
	}
}

/* From 7.x on a child that lost the race is known by its cookie: the connection stays what it is. */
static void test_duplicate_child(void **state)
{
	struct ended ended;
	struct tracker *tracker =
		feed("0 B request CLOSE NEW_SYN_RECV\n1 B socket LISTEN SYN_RECV child\n"
		     "2 B request NEW_SYN_RECV CLOSE reason=established\n"
		     "3 B socket SYN_RECV ESTABLISHED\n4 B socket LISTEN SYN_RECV child\n"
		     "5 B socket SYN_RECV CLOSE reason=duplicate\n",
		     &ended);
	const struct conn *c = tracker_next(tracker, NULL);

	assert_int_equal(tracker_count(tracker), 1);
	assert_int_equal(c->state, TCPTRAIL_ESTABLISHED);
	assert_int_equal(c->end, CONN_LIVES);
	tracker_free(tracker);
}

/* Those who wait for accept() are seen by their sockets. MPTCP's subflows are never accepted. */
static void test_mptcp_waits_for_no_accept(void **state)
{
	static const char *const words[] = { "", "mptcp" };
	struct tracker *tracker;
	struct ended ended;
	char script[128];

	for (size_t i = 0; i < 2; i++) {
		snprintf(
			script, sizeof(script),
			"0 B request CLOSE NEW_SYN_RECV\n5 B socket SYN_RECV ESTABLISHED orphan %s\n",
			words[i]);
		tracker = feed(script, &ended);
		assert_int_equal(
			!(counters_place(tracker_next(tracker, NULL)) & COUNTERS_UNACCEPTED), i);
		tracker_free(tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_duplicate_child),
		cmocka_unit_test(test_mptcp_waits_for_no_accept),
	};

	return cmocka_run_group_tests_name("model_end", tests, NULL, NULL);
}

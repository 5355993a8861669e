/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between the tcptrail module and whoever reads its trail.
 *
 * This is the only header that both sides compile. All numbers are in the
 * machine's own byte order unless said otherwise. Fields named "reserved" and
 * all padding are zero.
 *
 * Versions: TCPTRAIL_ABI_MAJOR is raised when something that a reader relied
 * on changes its place, size or meaning; a reader refuses another major.
 * TCPTRAIL_ABI_MINOR is raised when something is added: a record kind, a
 * reason, a flag, a hook, a field in what was reserved, or bytes at the end of
 * struct tcptrail_info or of a record. A reader takes any minor: it skips
 * kinds that it does not know, and walks records by tcptrail_info.record_size.
 */
#ifndef _UAPI_TCPTRAIL_H
#define _UAPI_TCPTRAIL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPTRAIL_ABI_MAJOR 2
#define TCPTRAIL_ABI_MINOR 1

#define TCPTRAIL_DEVICE "/dev/tcptrail"

/**
 * enum tcptrail_state - the kernel's TCP states (include/net/tcp_states.h)
 *
 * TIME_WAIT and FIN_WAIT2 occur both in full sockets and in timewait
 * minisockets; the record's kind tells which. Newer kernels may use numbers
 * above NEW_SYN_RECV (BOUND_INACTIVE); a reader prints those as numbers.
 */
enum tcptrail_state {
	TCPTRAIL_NO_STATE = 0,
	TCPTRAIL_ESTABLISHED = 1,
	TCPTRAIL_SYN_SENT = 2,
	TCPTRAIL_SYN_RECV = 3,
	TCPTRAIL_FIN_WAIT1 = 4,
	TCPTRAIL_FIN_WAIT2 = 5,
	TCPTRAIL_TIME_WAIT = 6,
	TCPTRAIL_CLOSE = 7,
	TCPTRAIL_CLOSE_WAIT = 8,
	TCPTRAIL_LAST_ACK = 9,
	TCPTRAIL_LISTEN = 10,
	TCPTRAIL_CLOSING = 11,
	TCPTRAIL_NEW_SYN_RECV = 12,
};

/**
 * enum tcptrail_kind - what a record tells
 * @TCPTRAIL_SOCKET: a full socket went from one state to another
 *	(tracepoint sock:inet_sock_set_state); body is a transition
 * @TCPTRAIL_REQUEST: a request socket, the server's SYN-RECEIVED before its
 *	child socket exists, began (CLOSE to NEW_SYN_RECV) or ended (NEW_SYN_RECV
 *	to CLOSE, with the reason); body is a transition
 * @TCPTRAIL_TIMEWAIT: a timewait minisocket began (from the full socket's
 *	state to FIN_WAIT2 or TIME_WAIT), went from FIN_WAIT2 to TIME_WAIT, was
 *	re-armed (TIME_WAIT to itself), or ended (to CLOSE), with the reason; body
 *	is a transition
 * @TCPTRAIL_ACCEPT: accept() took the socket from its listener's queue; old
 *	and new state are equal; body is a transition
 * @TCPTRAIL_SEGMENT: a segment with SYN, FIN or RST, or a bare ACK that this
 *	machine sent as a step of a handshake or teardown; body is a segment
 * @TCPTRAIL_LOSS: records that were not written, by cause; body is a loss
 *
 * 128 and above are left to readers, for records that they make themselves: the
 * module will never write them.
 */
enum tcptrail_kind {
	TCPTRAIL_SOCKET = 1,
	TCPTRAIL_REQUEST = 2,
	TCPTRAIL_TIMEWAIT = 3,
	TCPTRAIL_ACCEPT = 4,
	TCPTRAIL_SEGMENT = 5,
	TCPTRAIL_LOSS = 6,
};

/**
 * enum tcptrail_reason - why a minisocket or request socket changed, or a full socket closed
 * @TCPTRAIL_REASON_NONE: nothing to tell (it began), or nothing beyond the record's states,
 *	error and flags
 * @TCPTRAIL_REASON_ESTABLISHED: request ended: the handshake's third step came
 *	and a child socket took over
 * @TCPTRAIL_REASON_TIMEOUT: request: its SYN-ACKs went unanswered; minisocket:
 *	its time was up (2 MSL, or tcp_fin_timeout in FIN_WAIT2)
 * @TCPTRAIL_REASON_RESET: a RST (or, for a request, a SYN inside its window, or no room in
 *	the accept queue, with tcp_abort_on_overflow: these are answered with a RST)
 * @TCPTRAIL_REASON_LISTENER: request ended: its listener is gone
 * @TCPTRAIL_REASON_NETNS: the network namespace is being destroyed
 * @TCPTRAIL_REASON_FIN: minisocket: a FIN came. In FIN_WAIT2 it is the peer's
 *	first; in TIME_WAIT a retransmission: our last ACK was lost (RFC 9293,
 *	3.10.7.4) and the 2 MSL start again
 * @TCPTRAIL_REASON_SEGMENT: minisocket in TIME_WAIT re-armed by another segment
 * @TCPTRAIL_REASON_SYN: minisocket ended: a new SYN took the 4-tuple over
 * @TCPTRAIL_REASON_REUSE: minisocket ended: a local connect() took the 4-tuple
 *	over (net.ipv4.tcp_tw_reuse, or the same port bound again)
 * @TCPTRAIL_REASON_DATA: minisocket in FIN_WAIT2 ended: data (or a SYN) came
 *	for a socket that nobody holds any more, and was answered with a RST
 * @TCPTRAIL_REASON_KILLED: minisocket, request: ended by SOCK_DESTROY (ss -K)
 * @TCPTRAIL_REASON_ICMP: request ended: ICMP told that its SYN-ACK does not get there
 * @TCPTRAIL_REASON_REPAIR: socket closed in repair mode (TCP_REPAIR): nothing was sent
 * @TCPTRAIL_REASON_DISCONNECT: socket aborted by connect() to AF_UNSPEC; in SYN_SENT by that
 *	or by shutdown()
 * @TCPTRAIL_REASON_LINGER: socket aborted by close(): it has an SO_LINGER of 0 seconds, and
 *	no unread bytes, which would be the reason before that one
 * @TCPTRAIL_REASON_DUPLICATE: child closed: it was made on two CPUs at once, and the other
 *	one took the request's place. It was never a connection
 * @TCPTRAIL_REASON_LINGER2: socket that no process holds, in FIN_WAIT2: it has a TCP_LINGER2
 *	below 0, and does not wait for the peer's FIN
 * @TCPTRAIL_REASON_CLOSED: socket in SYN_SENT: its process called close()
 * @TCPTRAIL_REASON_UNSENT: socket in SYN_SENT: connect() failed before there was a SYN (no
 *	source port, no route, not allowed). Which port it had, if any, is not known
 * @TCPTRAIL_REASON_NO_PORT: the same, and it never had a port: connect() found none
 */
enum tcptrail_reason {
	TCPTRAIL_REASON_NONE = 0,
	TCPTRAIL_REASON_ESTABLISHED = 1,
	TCPTRAIL_REASON_TIMEOUT = 2,
	TCPTRAIL_REASON_RESET = 3,
	TCPTRAIL_REASON_LISTENER = 4,
	TCPTRAIL_REASON_NETNS = 5,
	TCPTRAIL_REASON_FIN = 6,
	TCPTRAIL_REASON_SEGMENT = 7,
	TCPTRAIL_REASON_SYN = 8,
	TCPTRAIL_REASON_REUSE = 9,
	TCPTRAIL_REASON_DATA = 10,
	TCPTRAIL_REASON_KILLED = 11,
	TCPTRAIL_REASON_ICMP = 12,
	TCPTRAIL_REASON_REPAIR = 13,
	TCPTRAIL_REASON_DISCONNECT = 14,
	TCPTRAIL_REASON_LINGER = 15,
	TCPTRAIL_REASON_DUPLICATE = 16,
	TCPTRAIL_REASON_LINGER2 = 17,
	TCPTRAIL_REASON_CLOSED = 18,
	TCPTRAIL_REASON_UNSENT = 19,
	TCPTRAIL_REASON_NO_PORT = 20,
};

/**
 * enum tcptrail_cause - why records are missing
 * @TCPTRAIL_LOSS_LIMITED: kept out by the rate limit for records of no connection
 *	(syn_rate): SYNs, request sockets, SYN-ACKs, RSTs, which anyone can cause
 *
 * Records that were missed because a CPU has no ring are in no LOSS record: there is
 * no ring to write it to. They are counted in tcptrail_info.no_ring. 128 and above
 * are left to readers, as of the kinds.
 */
enum tcptrail_cause {
	TCPTRAIL_LOSS_LIMITED = 1,
};

/* tcptrail_record.flags */
#define TCPTRAIL_F_NO_LADDR (1U << 0) /* laddr is not known yet (or no more) */
#define TCPTRAIL_F_NO_RADDR (1U << 1) /* raddr, likewise; set for listeners */
#define TCPTRAIL_F_NO_LPORT (1U << 2) /* lport, likewise */
#define TCPTRAIL_F_NO_RPORT (1U << 3) /* rport, likewise; set for listeners */
#define TCPTRAIL_F_TASK (1U << 4) /* pid and comm: a task had the socket in its hands */
#define TCPTRAIL_F_SELF (1U << 5) /* the state stayed: restart no clock */
#define TCPTRAIL_F_CHILD (1U << 6) /* LISTEN to SYN_RECV: a child is being cloned */
#define TCPTRAIL_F_ORPHAN (1U << 7) /* no process holds the socket (any more) */
#define TCPTRAIL_F_PEER_FIN (1U << 8) /* the peer's FIN has arrived */
#define TCPTRAIL_F_BYTES (1U << 9) /* sent and received, in the place of cgroup, uid, srtt_us */
#define TCPTRAIL_F_USER_TIMEOUT (1U << 10) /* with an error: it has a TCP_USER_TIMEOUT */
#define TCPTRAIL_F_MPTCP (1U << 11) /* full socket: a subflow of MPTCP, or MPTCP's listener */
#define TCPTRAIL_F_ACKED (1U << 12) /* request that ended: its SYN-ACK was acknowledged */

/**
 * struct tcptrail_transition - body of SOCKET, REQUEST, TIMEWAIT and ACCEPT
 *	records
 * @old_state: enum tcptrail_state
 * @new_state: enum tcptrail_state
 * @reason: enum tcptrail_reason
 * @retransmits: retransmissions by the timer since the last progress
 *	(icsk_retransmits; for a request its SYN-ACK timeouts)
 * @error: the pending socket error, a positive errno, or 0 (sk_err)
 * @retrans_total: segments retransmitted in all; 65535 is "or more"
 * @cgroup: cgroup id (v2), 0 if not known
 * @uid: the socket's owner in the initial user namespace
 * @srtt_us: smoothed round-trip time in microseconds, 0 if not known. For a
 *	request that ended: the microseconds since its SYN-ACK was first sent
 * @sent: with F_BYTES: payload bytes sent, each once however often it went out.
 *	A connecting socket whose own queueing discipline refused a segment may
 *	have one too many
 * @received: with F_BYTES: payload bytes received in order
 * @pid: process (thread group) id in the initial namespace, 0 without F_TASK. It
 *	is the task in whose system call this happened: mostly its own doing, but it
 *	may also have found the peer's segment waiting there
 * @inode: the socket file's inode, 0 if it has none (a child that was not
 *	accepted yet, or a socket that was closed)
 * @unread: bytes received and not read, the peer's FIN not counted
 * @unacked: bytes written and not acknowledged, our FIN not counted
 * @comm: the task's name, zero-padded, no terminator when all 16 are used;
 *	empty without F_TASK
 *
 * F_BYTES is set in SOCKET records of a connection that goes to CLOSE, and only
 * there: whose it was, its earlier records say.
 */
struct tcptrail_transition {
	__u8 old_state;
	__u8 new_state;
	__u8 reason;
	__u8 retransmits;
	__u16 error;
	__u16 retrans_total;
	union {
		struct {
			__u64 cgroup;
			__u32 uid;
			__u32 srtt_us;
		};
		struct {
			__u64 sent;
			__u64 received;
		};
	};
	__u32 pid;
	__u32 inode;
	__u32 unread;
	__u32 unacked;
	char comm[16];
};

#define TCPTRAIL_IN 0 /* tcptrail_segment.direction: received */
#define TCPTRAIL_OUT 1 /* tcptrail_segment.direction: sent */

/* tcptrail_segment.tcp_flags, as on the wire (RFC 9293, 3.1) */
#define TCPTRAIL_FIN 0x01
#define TCPTRAIL_SYN 0x02
#define TCPTRAIL_RST 0x04
#define TCPTRAIL_PSH 0x08
#define TCPTRAIL_ACK 0x10
#define TCPTRAIL_URG 0x20
#define TCPTRAIL_ECE 0x40
#define TCPTRAIL_CWR 0x80

/**
 * enum tcptrail_reset_reason - why TCP sends a RST, as the kernel says
 *	(enum sk_rst_reason, 6.10 on)
 * @TCPTRAIL_RESET_NONE: not known: no RST of ours, an older kernel, or not TCP's: one of
 *	netfilter's (REJECT), or of a raw socket
 * @TCPTRAIL_RESET_UNSPECIFIED: the kernel gives no reason, or one that is not in this list
 * @TCPTRAIL_RESET_NO_SOCKET: a segment came for no socket
 * @TCPTRAIL_RESET_INVALID_ACK: it acknowledges a number that is not to be acknowledged now.
 *	In SYN_SENT: an answer to another SYN than ours
 * @TCPTRAIL_RESET_PAWS: its timestamp is older than one before (RFC 7323)
 * @TCPTRAIL_RESET_TOO_OLD_ACK: it acknowledges what was acknowledged long ago
 * @TCPTRAIL_RESET_ACK_UNSENT: it acknowledges what was not sent yet
 * @TCPTRAIL_RESET_FLAGS: its flags are wrong in this state
 * @TCPTRAIL_RESET_OLD_ACK: it acknowledges what was acknowledged already
 * @TCPTRAIL_RESET_LATE_DATA: it carries data, and nobody is there to read it: the socket
 *	was closed
 * @TCPTRAIL_RESET_TIMEWAIT: it came for a timewait minisocket, which refused it
 * @TCPTRAIL_RESET_INVALID_SYN: it is a SYN inside the window of a request socket; or the
 *	accept queue is full, with tcp_abort_on_overflow
 * @TCPTRAIL_RESET_UNREAD: the socket was closed with bytes in it that were not read
 * @TCPTRAIL_RESET_LINGER2: the socket was closed with a TCP_LINGER2 below 0
 * @TCPTRAIL_RESET_MEMORY: too many orphans, or no memory for one
 * @TCPTRAIL_RESET_STATE: the socket was aborted while the connection stood: close() with an
 *	SO_LINGER of 0 s, connect() to AF_UNSPEC, a listener that was closed before accept()
 *	took the socket, SOCK_DESTROY, or tcp_fin_timeout of more than a minute
 * @TCPTRAIL_RESET_KEEPALIVE: its keepalive probes were not answered
 * @TCPTRAIL_RESET_UNSENT: connect() to AF_UNSPEC, or close() with an SO_LINGER of 0 s, in
 *	LAST_ACK or CLOSING, with data not sent yet
 * @TCPTRAIL_RESET_MPTCP: MPTCP's own: one of its subflows cannot go on (RFC 8684, 3.6)
 * @TCPTRAIL_RESET_ERROR: an unexpected error
 * @TCPTRAIL_RESETS: how many there are in this version
 */
enum tcptrail_reset_reason {
	TCPTRAIL_RESET_NONE = 0,
	TCPTRAIL_RESET_UNSPECIFIED = 1,
	TCPTRAIL_RESET_NO_SOCKET = 2,
	TCPTRAIL_RESET_INVALID_ACK = 3,
	TCPTRAIL_RESET_PAWS = 4,
	TCPTRAIL_RESET_TOO_OLD_ACK = 5,
	TCPTRAIL_RESET_ACK_UNSENT = 6,
	TCPTRAIL_RESET_FLAGS = 7,
	TCPTRAIL_RESET_OLD_ACK = 8,
	TCPTRAIL_RESET_LATE_DATA = 9,
	TCPTRAIL_RESET_TIMEWAIT = 10,
	TCPTRAIL_RESET_INVALID_SYN = 11,
	TCPTRAIL_RESET_UNREAD = 12,
	TCPTRAIL_RESET_LINGER2 = 13,
	TCPTRAIL_RESET_MEMORY = 14,
	TCPTRAIL_RESET_STATE = 15,
	TCPTRAIL_RESET_KEEPALIVE = 16,
	TCPTRAIL_RESET_UNSENT = 17,
	TCPTRAIL_RESET_MPTCP = 18,
	TCPTRAIL_RESET_ERROR = 19,
	TCPTRAIL_RESETS = 20,
};

/**
 * struct tcptrail_segment - body of SEGMENT records
 * @direction: TCPTRAIL_IN or TCPTRAIL_OUT
 * @tcp_flags: TCPTRAIL_FIN ... TCPTRAIL_CWR
 * @window: as on the wire, not scaled
 * @seq: sequence number
 * @ack: acknowledgement number (meaningful with TCPTRAIL_ACK)
 * @len: payload bytes
 * @ifindex: the device it came in or goes out by
 * @state: state of the sending socket (enum tcptrail_state); 0 for received
 *	segments and for those that no socket sent
 * @reset_reason: of a RST that this machine sent: enum tcptrail_reset_reason
 * @reserved: zero
 */
struct tcptrail_segment {
	__u8 direction;
	__u8 tcp_flags;
	__u16 window;
	__u32 seq;
	__u32 ack;
	__u32 len;
	__u32 ifindex;
	__u8 state;
	__u8 reset_reason;
	__u8 reserved[34];
};

/**
 * struct tcptrail_loss - body of LOSS records
 * @cause: enum tcptrail_cause
 * @reserved: zero
 * @count: how many records are missing
 * @since_ns: when the first of them was missed (CLOCK_MONOTONIC); the record's
 *	own time is when the mark was made
 * @reserved2: zero
 */
struct tcptrail_loss {
	__u8 cause;
	__u8 reserved[7];
	__u64 count;
	__u64 since_ns;
	__u8 reserved2[32];
};

/**
 * struct tcptrail_record - one entry of the trail: two cache lines that stand
 *	alone
 * @seq: number of the record on its CPU, counted from 0 since loading. While
 *	the slot is being written it is TCPTRAIL_SEQ_BUSY
 * @time_ns: CLOCK_MONOTONIC, nanoseconds
 * @cookie: the socket's cookie, as `ss -e` and SO_COOKIE show it; 0 if there is
 *	none. Request socket, child and minisocket share one
 * @netns: inode number of the network namespace (as in /proc/PID/ns/net)
 * @cpu: where it was recorded
 * @kind: enum tcptrail_kind
 * @family: AF_INET or AF_INET6, the family of the segments on the wire; 0 if
 *	not known
 * @laddr: this end's address in network byte order; IPv4 as ::ffff:a.b.c.d, so
 *	that an IPv4 connection looks the same whichever family its socket has
 * @raddr: the other end's address, likewise
 * @lport: this end's port
 * @rport: the other end's port
 * @flags: TCPTRAIL_F_*
 * @reserved: zero
 * @transition: the body, by kind
 * @segment: likewise
 * @loss: likewise
 *
 * The name of one end of a connection is (netns, laddr, lport, raddr, rport);
 * the other end, if it is on this machine too, has the two sides swapped.
 */
struct tcptrail_record {
	__u64 seq;
	__u64 time_ns;
	__u64 cookie;
	__u32 netns;
	__u16 cpu;
	__u8 kind;
	__u8 family;
	__u8 laddr[16];
	__u8 raddr[16];
	__u16 lport;
	__u16 rport;
	__u16 flags;
	__u16 reserved;
	union {
		struct tcptrail_transition transition;
		struct tcptrail_segment segment;
		struct tcptrail_loss loss;
	};
};

#define TCPTRAIL_SEQ_BUSY (~0ULL)

/**
 * struct tcptrail_ring - the first bytes of each CPU's mapping
 * @head: records ever written on this CPU; record n lies in slot
 *	n % ring_records. Stored (release) after the record is whole
 * @limited: records kept out by the rate limit, ever
 * @reserved: zero
 *
 * Written by that CPU only, with interrupts off; readers only read.
 *
 * To read record n: load head (acquire); n must be below it. Load the slot's
 * seq (acquire), copy the slot, then (after a read barrier) load seq again. If
 * it was n both times the copy is good; otherwise n has been overwritten, and
 * so has everything up to head - ring_records.
 */
struct tcptrail_ring {
	__u64 head;
	__u64 limited;
	__u64 reserved[6];
};

/**
 * enum tcptrail_hook - index into tcptrail_info.hooks, bit in features
 * @TCPTRAIL_HOOK_STATE: tracepoint sock:inet_sock_set_state
 * @TCPTRAIL_HOOK_REQUEST_BEGIN: inet_csk_reqsk_queue_hash_add
 * @TCPTRAIL_HOOK_REQUEST_END: __inet_csk_reqsk_queue_drop
 * @TCPTRAIL_HOOK_TIMEWAIT_BEGIN: inet_twsk_hashdance(_schedule)
 * @TCPTRAIL_HOOK_TIMEWAIT_SEGMENT: tcp_timewait_state_process
 * @TCPTRAIL_HOOK_TIMEWAIT_REARM: __inet_twsk_schedule
 * @TCPTRAIL_HOOK_TIMEWAIT_REUSE: tcp_twsk_unique
 * @TCPTRAIL_HOOK_TIMEWAIT_TIMER: tw_timer_handler
 * @TCPTRAIL_HOOK_TIMEWAIT_END: inet_twsk_kill
 * @TCPTRAIL_HOOK_ACCEPT: security_sock_graft
 * @TCPTRAIL_HOOK_SEGMENT: netfilter LOCAL_IN and LOCAL_OUT, IPv4 and IPv6
 * @TCPTRAIL_HOOK_RESET_ANSWER: tracepoint tcp:tcp_send_reset: why a segment is answered
 *	with a RST
 * @TCPTRAIL_HOOK_RESET_ABORT: tcp_send_active_reset: why a socket sends one by itself
 * @TCPTRAIL_HOOK_REQUEST_ICMP: tcp_req_err
 * @TCPTRAIL_HOOK_REQUEST_KILL: tcp_abort
 * @TCPTRAIL_HOOKS: how many there are in this version
 */
enum tcptrail_hook {
	TCPTRAIL_HOOK_STATE = 0,
	TCPTRAIL_HOOK_REQUEST_BEGIN = 1,
	TCPTRAIL_HOOK_REQUEST_END = 2,
	TCPTRAIL_HOOK_TIMEWAIT_BEGIN = 3,
	TCPTRAIL_HOOK_TIMEWAIT_SEGMENT = 4,
	TCPTRAIL_HOOK_TIMEWAIT_REARM = 5,
	TCPTRAIL_HOOK_TIMEWAIT_REUSE = 6,
	TCPTRAIL_HOOK_TIMEWAIT_TIMER = 7,
	TCPTRAIL_HOOK_TIMEWAIT_END = 8,
	TCPTRAIL_HOOK_ACCEPT = 9,
	TCPTRAIL_HOOK_SEGMENT = 10,
	TCPTRAIL_HOOK_RESET_ANSWER = 11,
	TCPTRAIL_HOOK_RESET_ABORT = 12,
	TCPTRAIL_HOOK_REQUEST_ICMP = 13,
	TCPTRAIL_HOOK_REQUEST_KILL = 14,
	TCPTRAIL_HOOKS = 15,
};

#define TCPTRAIL_HOOK_OFF 1 /* tcptrail_info.hooks: turned off by a parameter */
#define TCPTRAIL_HOOK_ABSENT 2 /* tcptrail_info.hooks: this kernel does not have it */
#define TCPTRAIL_MAX_HOOKS 32
#define TCPTRAIL_MAX_PORTS 16

/**
 * struct tcptrail_info - what TCPTRAIL_IOC_INFO tells
 * @size: in: bytes that the caller has room for; out: bytes that the module
 *	filled. At least TCPTRAIL_INFO_MIN
 * @reserved_in: in: must be zero, else EINVAL; out: zero
 * @abi_major: TCPTRAIL_ABI_MAJOR of the module
 * @abi_minor: TCPTRAIL_ABI_MINOR of the module
 * @record_size: bytes from one record to the next, a multiple of 64
 * @ring_records: slots of a CPU's ring, a power of two
 * @ring_offset: bytes from the start of a CPU's mapping to its slot 0
 * @map_stride: CPU n's ring is mapped with mmap(length = map_stride,
 *	offset = n * map_stride); ENXIO if that CPU has never been online
 * @cpus: CPU numbers are below this
 * @readers: how often the device is open now
 * @loaded_ns: since when the trail is complete (CLOCK_MONOTONIC): all hooks
 *	were attached, so a few records may be older
 * @features: bit n is set if hook n (enum tcptrail_hook) is attached
 * @no_ring: records missed on CPUs for which there was no memory
 * @syn_rate: parameter: records of no connection that may be written each second on
 *	each CPU; 0: no limit
 * @nports: how many of @ports count; 0 records all
 * @ports: parameter: only connections with one of these ports are recorded
 * @hooks: for each enum tcptrail_hook: 0 attached, TCPTRAIL_HOOK_OFF,
 *	TCPTRAIL_HOOK_ABSENT, or a negative errno: why it is not
 * @netns_failed: network namespaces that have no segment hook: for want
 *	of memory, or of room among their own hooks
 * @reserved: zero
 */
struct tcptrail_info {
	__u32 size;
	__u32 reserved_in;
	__u16 abi_major;
	__u16 abi_minor;
	__u32 record_size;
	__u32 ring_records;
	__u32 ring_offset;
	__u64 map_stride;
	__u32 cpus;
	__u32 readers;
	__u64 loaded_ns;
	__u64 features;
	__u64 no_ring;
	__u32 syn_rate;
	__u32 nports;
	__u16 ports[TCPTRAIL_MAX_PORTS];
	__s32 hooks[TCPTRAIL_MAX_HOOKS];
	__u32 netns_failed;
	__u32 reserved[7];
};

#define TCPTRAIL_INFO_MIN 264 /* what the first minor has */

/*
 * Its argument is a struct tcptrail_info. The number has the size of the first
 * one, for good: it must not change when a minor version makes that longer.
 * 1 and 2 belong to the VFS, whatever the type (FIBMAP, FIGETBSZ).
 */
#define TCPTRAIL_IOC_INFO _IOC(_IOC_READ | _IOC_WRITE, 0xB7, 0x10, TCPTRAIL_INFO_MIN)

/*
 * Both sides refuse to compile when a size or an offset moves.
 */
#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/stddef.h>
#define TCPTRAIL_PIN(expr) static_assert(expr)
#else
#include <stddef.h>
#define TCPTRAIL_PIN(expr) _Static_assert(expr, #expr)
#endif
#define TCPTRAIL_AT(type, member, offset) TCPTRAIL_PIN(offsetof(struct type, member) == (offset))

TCPTRAIL_AT(tcptrail_record, seq, 0);
TCPTRAIL_AT(tcptrail_record, time_ns, 8);
TCPTRAIL_AT(tcptrail_record, cookie, 16);
TCPTRAIL_AT(tcptrail_record, netns, 24);
TCPTRAIL_AT(tcptrail_record, cpu, 28);
TCPTRAIL_AT(tcptrail_record, kind, 30);
TCPTRAIL_AT(tcptrail_record, family, 31);
TCPTRAIL_AT(tcptrail_record, laddr, 32);
TCPTRAIL_AT(tcptrail_record, raddr, 48);
TCPTRAIL_AT(tcptrail_record, lport, 64);
TCPTRAIL_AT(tcptrail_record, rport, 66);
TCPTRAIL_AT(tcptrail_record, flags, 68);
TCPTRAIL_AT(tcptrail_record, reserved, 70);
TCPTRAIL_AT(tcptrail_record, transition, 72);
TCPTRAIL_AT(tcptrail_record, segment, 72);
TCPTRAIL_AT(tcptrail_record, loss, 72);
TCPTRAIL_PIN(sizeof(struct tcptrail_record) == 128);

TCPTRAIL_AT(tcptrail_transition, old_state, 0);
TCPTRAIL_AT(tcptrail_transition, new_state, 1);
TCPTRAIL_AT(tcptrail_transition, reason, 2);
TCPTRAIL_AT(tcptrail_transition, retransmits, 3);
TCPTRAIL_AT(tcptrail_transition, error, 4);
TCPTRAIL_AT(tcptrail_transition, retrans_total, 6);
TCPTRAIL_AT(tcptrail_transition, cgroup, 8);
TCPTRAIL_AT(tcptrail_transition, uid, 16);
TCPTRAIL_AT(tcptrail_transition, srtt_us, 20);
TCPTRAIL_AT(tcptrail_transition, sent, 8);
TCPTRAIL_AT(tcptrail_transition, received, 16);
TCPTRAIL_AT(tcptrail_transition, pid, 24);
TCPTRAIL_AT(tcptrail_transition, inode, 28);
TCPTRAIL_AT(tcptrail_transition, unread, 32);
TCPTRAIL_AT(tcptrail_transition, unacked, 36);
TCPTRAIL_AT(tcptrail_transition, comm, 40);
TCPTRAIL_PIN(sizeof(struct tcptrail_transition) == 56);

TCPTRAIL_AT(tcptrail_segment, direction, 0);
TCPTRAIL_AT(tcptrail_segment, tcp_flags, 1);
TCPTRAIL_AT(tcptrail_segment, window, 2);
TCPTRAIL_AT(tcptrail_segment, seq, 4);
TCPTRAIL_AT(tcptrail_segment, ack, 8);
TCPTRAIL_AT(tcptrail_segment, len, 12);
TCPTRAIL_AT(tcptrail_segment, ifindex, 16);
TCPTRAIL_AT(tcptrail_segment, state, 20);
TCPTRAIL_AT(tcptrail_segment, reset_reason, 21);
TCPTRAIL_AT(tcptrail_segment, reserved, 22);
TCPTRAIL_PIN(sizeof(struct tcptrail_segment) == 56);

TCPTRAIL_AT(tcptrail_loss, cause, 0);
TCPTRAIL_AT(tcptrail_loss, count, 8);
TCPTRAIL_AT(tcptrail_loss, since_ns, 16);
TCPTRAIL_PIN(sizeof(struct tcptrail_loss) == 56);

TCPTRAIL_AT(tcptrail_ring, head, 0);
TCPTRAIL_AT(tcptrail_ring, limited, 8);
TCPTRAIL_PIN(sizeof(struct tcptrail_ring) == 64);

TCPTRAIL_AT(tcptrail_info, size, 0);
TCPTRAIL_AT(tcptrail_info, reserved_in, 4);
TCPTRAIL_AT(tcptrail_info, abi_major, 8);
TCPTRAIL_AT(tcptrail_info, abi_minor, 10);
TCPTRAIL_AT(tcptrail_info, record_size, 12);
TCPTRAIL_AT(tcptrail_info, ring_records, 16);
TCPTRAIL_AT(tcptrail_info, ring_offset, 20);
TCPTRAIL_AT(tcptrail_info, map_stride, 24);
TCPTRAIL_AT(tcptrail_info, cpus, 32);
TCPTRAIL_AT(tcptrail_info, readers, 36);
TCPTRAIL_AT(tcptrail_info, loaded_ns, 40);
TCPTRAIL_AT(tcptrail_info, features, 48);
TCPTRAIL_AT(tcptrail_info, no_ring, 56);
TCPTRAIL_AT(tcptrail_info, syn_rate, 64);
TCPTRAIL_AT(tcptrail_info, nports, 68);
TCPTRAIL_AT(tcptrail_info, ports, 72);
TCPTRAIL_AT(tcptrail_info, hooks, 104);
TCPTRAIL_AT(tcptrail_info, netns_failed, 232);
TCPTRAIL_PIN(sizeof(struct tcptrail_info) == 264);

#endif /* _UAPI_TCPTRAIL_H */

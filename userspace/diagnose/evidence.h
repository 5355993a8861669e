/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Evidence: what is known of a finding, one bit each. A rule of verdict.h is made of it: it
 * names the evidence that has to be there, and the evidence that would refute it. What is
 * not known sets no bit, so that nothing is concluded from it.
 */
#ifndef DIAGNOSE_EVIDENCE_H
#define DIAGNOSE_EVIDENCE_H

#include "userspace/diagnose/finding.h"

/** enum finding_evidence - bits of struct finding.evidence; finding_evidence_key() has a word for each */
enum finding_evidence {
	FINDING_SYN_UNANSWERED, /* we sent a SYN, and are not established */
	FINDING_SYN_ARRIVED, /* our SYN is on record where it was to go: on this machine */
	FINDING_SYN_ANSWERED, /* and so is a SYN-ACK for it, where it was sent */
	FINDING_SYN_ACK_ARRIVED, /* we sent a SYN, and a SYN-ACK has come that is not taken */
	FINDING_SYN_ACK_UNANSWERED, /* we sent a SYN-ACK, and its ACK is not on record */
	FINDING_SYN_ACK_ACKED, /* that ACK has come: the SYN-ACK is not sent again when it is due */
	FINDING_FLOOD, /* very many handshakes wait at this port for too long, each from another address */
	FINDING_QUEUE_FULL, /* the kernel says that the accept queue has no room */
	FINDING_NOT_ACCEPTED, /* accept() has not returned it */
	FINDING_PEER_CLOSED, /* the peer's FIN has come */
	FINDING_WE_CLOSED, /* this end has closed, or shut down its half */
	FINDING_FIN_ACKED, /* the peer has acknowledged our FIN */
	FINDING_ORPHAN, /* no process has the socket any more */
	FINDING_UNACKED, /* bytes of ours are not acknowledged */
	FINDING_STALLED, /* they wait in vain: nothing of them is acknowledged any more */
	FINDING_NOT_LEAVING, /* what is sent again does not leave this machine */
	FINDING_PEER_HEARD, /* something has come from the peer since they were sent */
	FINDING_FULL_UNACKED, /* the first of them fill a segment */
	FINDING_FULL_NEVER_ACKED, /* no full segment was ever acknowledged, and smaller ones were */
	FINDING_ZERO_WINDOW, /* the peer answers, and says that it has no room */
	FINDING_UNREAD, /* bytes of the peer lie unread, as far as last told */
	FINDING_LISTED, /* the kernel lists it now: what is told of its bytes is of now */
	FINDING_READS, /* fewer bytes are unread than when the peer closed, or at an earlier look */
	FINDING_READS_NOTHING, /* as many bytes are unread as when the peer closed */
	FINDING_END_UNREAD, /* the peer's FIN has come, and no read() has got so far */
	FINDING_END_READ, /* nothing is left to read, the end of file included */
	FINDING_PEER_HERE, /* the other end is a socket of this machine */
	FINDING_PEER_ENDED, /* it was, had closed, and no longer exists */
	FINDING_PEER_GONE, /* it was, and has ended; no FIN or RST of it has arrived here */
	FINDING_PEER_BLOCKED, /* the other end waits to write, too: this end's window is closed */
	FINDING_RELAY, /* its process has handed an end on: from or to this connection */
	FINDING_SELF, /* both ends are this one socket */
	FINDING_MPTCP, /* a subflow: who holds and reads it is MPTCP's affair */
	FINDING_REARMED, /* the peer has sent something in TIME-WAIT, which began anew */
	FINDING_OUR_PORT, /* a burst of TIME-WAITs at a port of our own */
	FINDING_PORTS_OUT, /* no source port is left, or will be at this rate */
	FINDING_PORTS_LIVE, /* connections that live take more of them than TIME-WAITs do */
	FINDING_PORTS_BOUND, /* bind() has taken most of them, for all destinations */
	FINDING_WAITED, /* connections have waited for accept() for too long */
	FINDING_ACCEPTING, /* accept() has taken others out of that queue meanwhile */
	FINDING_EVIDENCE_COUNT,
};

#define FINDING(name) (1ULL << FINDING_##name)

/** finding_find_evidence() - @evidence and @unknown of a finding; its other fields are filled */
void finding_find_evidence(struct finding *finding);

/** finding_evidence_key() - of a bit, for JSON and tcptrail-verdicts(7): "zero_window" */
const char *finding_evidence_key(unsigned int bit);

#endif

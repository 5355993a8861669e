# SPDX-License-Identifier: GPL-2.0
"""A connection whose two ends do one thing after the other, and what becomes of it.

A model of both ends as RFC 9293 and Linux have them. What one end does has arrived at the
other before the next thing is done, or the two are done at once and cross (cross()). So
few states are left: those in which a connection can stay.

The model is the truth that judge.py compares with: who closed, what was unread, which
RST went why, which bytes went which way; and at the times of the looks, which sockets are
stuck, by which verdict.
"""

LINE = 0.05  # seconds: what was sent has arrived, and its answer too
SEGMENT = 1400  # bytes that surely go in one
TIME_WAIT = 60
FIN_TIMEOUT = {"client": 60, "server": 120}  # play.sh sets the latter
ROUND = 5  # seconds: the timers of minisockets are so coarse

# How long a state may last, as tcptrail-stuck(1) says.
STUCK_AFTER = {"close_wait": 10, "fin_wait2": 60}

ALIVE = ("established", "fin_wait2", "close_wait")


class End:
    """One end, as its own kernel has it."""

    def __init__(self, name):
        self.name = name
        self.fin_timeout = FIN_TIMEOUT[name]
        self.state = "established"
        self.since = 0.0
        self.held = True  # its process has the descriptor
        self.copied = False  # a child of that process has another one
        self.accepted = True  # by accept(), while it lived
        self.accepted_at = None  # when, if not at once
        self.queued = False  # waits for accept(), be it dead
        self.orphan_at = None
        self.unread = self.sent = self.received = 0
        self.fin_at = None
        self.data_at = -1e9  # when data last went either way
        self.read_at = -1e9
        self.end = "lives"
        self.why = None
        self.unread_at_end = None
        self.over_at = None
        self.bytes_known = True
        self.end_read = False  # its process has read the end of file
        self.end_behind_data = False  # the kernel may count it as read with the data
        self.linger2 = False  # TCP_LINGER2 below 0: FIN-WAIT-2 ends at once, by RST
        self.unacked_at_end = 0
        self.closer = "none"  # as far as it has heard

    @property
    def over(self):
        return self.end != "lives"

    def becomes(self, state, t):
        self.state, self.since = state, t

    def finish(self, t, end, why=None):
        self.end, self.why, self.over_at = end, why, t


class Connection:
    def __init__(self, number, looks):
        self.number = number
        self.client, self.server = End("client"), End("server")
        self.looks = list(looks)
        self.stuck = {}
        self.closer = "none"
        self.ended_by = None
        self.crossed_fins = False
        self.half_bytes = None
        self.told = []  # what was done, for people
        self.names = set()  # explain has to say these
        self.may = set()  # and may say these
        self.unsure = False  # a timer may or may not have gone off at the end

    def peer(self, e):
        return self.server if e is self.client else self.client

    @property
    def ends(self):
        return (self.client, self.server)

    # ---- Time

    def until(self, t):
        """What timers do by then, and the looks that come before."""
        while self.looks and self.looks[0] <= t:
            look = self.looks.pop(0)
            self.timers(look)
            self.stuck[look] = {e.name: self.verdicts(e, look) for e in self.ends}
        self.timers(t)

    def timers(self, t):
        for e in self.ends:
            if e.over:
                continue
            if e.state == "time_wait" and e.since + TIME_WAIT <= t:
                e.finish(e.since + TIME_WAIT, "normal")
            if e.state == "fin_wait2" and e.orphan_at is not None and \
                    e.orphan_at + e.fin_timeout <= t:
                e.finish(e.orphan_at + e.fin_timeout, "fin_timeout")
                self.blame("nobody")
                self.names.add("fin-wait2-timeout")

    def deadline(self, e):
        if e.state == "time_wait":
            return e.since + TIME_WAIT
        if e.state == "fin_wait2" and e.orphan_at is not None:
            return e.orphan_at + e.fin_timeout
        return None

    def verdicts(self, e, t):
        """What stuck may say of this end now; None: nothing."""
        if e.end == "fin_timeout" and t - e.over_at < ROUND:
            return ["fin-wait2-orphan", None]
        limit = STUCK_AFTER.get(e.state)
        if e.over or limit is None:
            return [None]
        age = t - e.since
        if age < limit - 1:
            return [None]
        said = [self.verdict(e)]
        if e.end_behind_data and said == ["close-wait-end-unread"]:
            said.append("close-wait-leak")
        if e.state == "fin_wait2" and e.orphan_at is not None and \
                abs(t - self.deadline(e)) < ROUND:
            said.append(None)
        # Half-closed by design, or not any more?
        quiet = t - max(e.data_at, e.since)
        if quiet < limit - 1:
            return [None]
        if quiet < limit + 1 or t - e.read_at < limit + 1:
            said.append(None)
        return said

    @staticmethod
    def verdict(e):
        if e.state == "fin_wait2":
            if e.orphan_at is not None:
                return "fin-wait2-orphan"
            return "fin-wait2-unread" if e.unread else "fin-wait2-held"
        if not e.accepted:
            return "close-wait-not-accepted"
        if e.unread:
            return "close-wait-unread"
        return "close-wait-leak" if e.end_read else "close-wait-end-unread"

    # ---- What the kernels do

    def blame(self, who):
        if self.ended_by is None:
            self.ended_by = who

    def has_room(self, e):
        """Is there somebody who takes a segment of that connection?"""
        return not e.over and e.state in ALIVE

    def reset_by(self, e, t, why):
        """This end sends a RST for a reason of its own."""
        p = self.peer(e)
        e.unread_at_end = e.unread
        e.finish(t, "reset_out", why)
        self.blame(e.name)
        self.names |= {"reset", f"reset-by-{e.name}"}
        self.names |= {{"unread": "aborted-unread", "linger": "aborted-linger",
                        "disconnect": "aborted-disconnect", "late_data": "data-after-close",
                        }.get(why)} - {None}
        if self.has_room(p):
            p.finish(t + LINE, "reset_in")

    def refused_by_host(self, e, t):
        """The other end is gone without a word: its host answers with RST."""
        p = self.peer(e)
        e.finish(t + LINE, "reset_in")
        self.blame(p.name)
        self.names |= {"reset", f"reset-by-{p.name}"}

    def fin(self, e, t):
        p = self.peer(e)
        e.fin_at = t
        self.first_fin(e, self.has_room(p))
        if not self.has_room(p):
            e.becomes("fin_wait1" if e.state == "established" else "last_ack", t)
            self.refused_by_host(e, t)
        elif e.state == "established":
            e.becomes("fin_wait2", t)
            p.becomes("close_wait", t)
        else:
            e.becomes("last_ack", t)
            e.finish(t, "normal")
            p.becomes("time_wait", t)
            self.half_bytes = e.sent - self.sent_at_fin
            self.closed()
        if p.state == "close_wait" and not p.over:
            self.sent_at_fin = p.sent
            p.end_behind_data = p.unread > 0

    def first_fin(self, e, arrives):
        if self.closer == "none":
            self.closer = e.name
        for end, closer in ((e, "us"), (self.peer(e), "peer")):
            if end.closer == "none" and (end is e or arrives):
                end.closer = closer

    def closed(self):
        self.blame("nobody")
        self.names |= {"four-way-teardown", "half-close"}
        if self.half_bytes:
            self.names.add("half-close-data")

    # ---- What a process does

    def open(self, t, accepted):
        self.client.since = self.server.since = t
        self.server.accepted, self.server.queued = accepted, not accepted
        self.names.add("three-way-handshake")

    def do_accept(self, e, t):
        e.accepted, e.queued, e.accepted_at = not e.over, False, t

    def do_write(self, e, t, n):
        p = self.peer(e)
        if e.over or e.fin_at is not None or e.state == "time_wait":
            return
        e.sent += n
        e.data_at = t
        if not self.has_room(p) or p.orphan_at is not None:
            # The first segment is answered by RST, and the next may still wait.
            e.bytes_known = n <= SEGMENT
        if not self.has_room(p):
            self.refused_by_host(e, t)
        elif p.orphan_at is not None:
            self.reset_by(p, t, "late_data")
        else:
            p.received += n
            p.unread += n
            p.data_at = t

    def do_read(self, e, t, n):
        e.unread -= n
        e.read_at = t

    def do_read_end(self, e, t):
        e.end_read = True

    def do_shut(self, e, t):
        if e.over or e.fin_at is not None or e.state == "time_wait":
            return
        self.fin(e, t)

    def do_close(self, e, t):
        e.held = False
        if e.copied:
            return
        if not self.has_room(e):
            return
        if e.unread:
            self.reset_by(e, t, "unread")
            return
        e.orphan_at = t
        if e.fin_at is None:
            self.fin(e, t)
        if e.linger2 and e.state == "fin_wait2" and not e.over:
            self.reset_by(e, t, "linger2")

    def do_closel(self, e, t):
        """The listener, with the connection still in its queue."""
        e.held = False
        if self.has_room(e):
            self.reset_by(e, t, "unaccepted")

    def do_exit(self, e, t):
        if not e.queued:
            self.do_close(e, t)
        else:
            self.do_closel(e, t)

    do_die = do_exit

    def do_abort(self, e, t):
        e.held = False
        if e.copied or not self.has_room(e):
            return
        self.reset_by(e, t, "unread" if e.unread else "linger")

    def do_disconnect(self, e, t):
        if self.has_room(e):
            self.reset_by(e, t, "disconnect")

    def do_repairclose(self, e, t):
        """Nothing goes out: the other end lives on."""
        e.held = False
        if not self.has_room(e):
            return
        e.finish(t, "silent", "repair")
        self.blame(e.name)
        self.names.add("closed-silently")

    def do_kill(self, e, t):
        """ss -K, by somebody else."""
        p = self.peer(e)
        e.finish(t, "killed")
        self.blame("outside")
        self.names.add("killed")
        self.may |= {"reset", f"reset-by-{e.name}"}
        if self.has_room(p):
            p.finish(t + LINE, "reset_in")

    def do(self, e, t, what, *numbers):
        self.until(t)
        self.told.append(f"{t:.2f} {e.name} {what} {' '.join(map(str, numbers))}".rstrip())
        getattr(self, "do_" + what)(e, t, *numbers)

    def burst(self, e, t, n, what):
        """Bytes, and the end right behind them: both are under way together."""
        self.do(e, t, "write", n)
        self.do(e, t, what)
        if e.end == "reset_out" and e.over_at == t:
            e.unacked_at_end = n

    # ---- Two at once, on an established connection in which nothing is unread

    def cross(self, t, mine, yours, n):
        """The client does this, and the server that, before the one has heard of the other."""
        self.until(t)
        self.told.append(f"{t:.2f} at once: client {mine}, server {yours}, {n} bytes")
        what = {self.client: mine, self.server: yours}
        for e in self.ends:
            if what[e] in ("close", "abort"):
                e.held = False
            if what[e] == "close":
                e.orphan_at = t
            if what[e] == "write":
                e.sent += n
                e.data_at = t
        if "abort" in (mine, yours):
            self.cross_abort(t, what)
        elif "write" in (mine, yours):
            self.cross_write(t, what, n)
        else:
            self.crossed_fins, self.closer = True, "both"
            self.names.add("simultaneous-close")
            self.blame("nobody")
            for e in self.ends:
                e.fin_at, e.closer = t, "both"
                e.becomes("time_wait", t + LINE)

    def cross_abort(self, t, what):
        for e in self.ends:
            if what[e] != "abort":
                if what[e] in ("close", "shut"):
                    self.first_fin(e, False)
                    e.fin_at = t
                    e.becomes("fin_wait1", t)
                continue
            e.unread_at_end = 0
            e.finish(t, "reset_out", "linger")
            self.blame(e.name)
            self.names |= {"reset", f"reset-by-{e.name}", "aborted-linger"}
        if what[self.client] == what[self.server]:
            self.ended_by = None
        for e in self.ends:
            if not e.over:
                e.finish(t + LINE, "reset_in")

    def cross_write(self, t, what, n):
        """One end's bytes meet the other's FIN."""
        for e in self.ends:
            if what[e] in ("close", "shut"):
                self.sent_at_fin = self.peer(e).sent - n
                p = self.peer(e)
                self.first_fin(e, True)
                e.fin_at = t
                e.becomes("fin_wait2", t)
                p.becomes("close_wait", t)
                if what[e] == "close":
                    self.reset_by(e, t, "late_data")
                else:
                    e.received += n
                    e.unread += n
                    e.data_at = t

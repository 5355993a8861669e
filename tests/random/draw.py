# SPDX-License-Identifier: GPL-2.0
"""Draw random connections, and write down what is to be done and what is true of them.

    draw.py SEED COUNT DIRECTORY

The seed says, too, what the network does: of four seeds two let it deliver everything once,
one some segments twice, one lets it lose some (but RSTs: a lost one leaves a half-open
connection, and the model would have to know which).

writes into DIRECTORY: steps.client and steps.server, the steps of tests/truth/act for either host;
schedule, what play.sh does at which time; truth, a line of JSON for each connection.

The same seed gives the same. Connection N goes from port 10000 + N to one of these:
"""
import json
import random
import sys

from model import Connection, LINE, ROUND

OPEN, DARK, REJECTED, DROPPED, ICMP, RESET, CLOSED = (
    20000, 30000, 35000, 40000, 45000, 47000, 50000)

END = 330  # seconds: the play ends, and all commands are asked
LOOKS = (110, 220)  # stuck is asked
DARK_AT = 150  # from here on nothing gets through to and from the DARK ports, and
# a firewall rejects what goes to and from the REJECTED ones
KILL_LASTS = 1  # seconds, at most
LOOK_LASTS = 3  # seconds around a look, in which the guest has other things to do


class Drawing:
    """A connection that is being drawn: its model, and the steps of its two processes."""

    def __init__(self, number, rng, network):
        self.rng, self.number, self.network = rng, number, network
        self.c = Connection(number, LOOKS + (END,))
        self.client_port = 10000 + number
        self.steps = {"client": [], "server": []}
        self.schedule = []
        self.kind = "walk"
        self.local = False  # both ends are on host s
        self.ends = {"client", "server"}

    def chance(self, p):
        return self.rng.random() < p

    def step(self, e, t, *words):
        self.steps[e.name] += ["at", f"{t:.3f}", *map(str, words)]

    def listen(self, *before):
        self.steps["server"] += [*before, "listen", f"s:{self.port}"]

    def connect(self, t, *before, how="connect"):
        self.t = t
        host = "s" if self.local else "c"
        self.steps["client"] += [*before, "bind", f"{host}:{self.client_port}", "at", f"{t:.3f}",
                                 how, f"s:{self.port}"]

    def pause(self):
        shortest, longest = self.rng.choices(((0.3, 1), (1, 10), (10, 75)), (6, 4, 2))[0]
        if self.network == "loses":
            shortest, longest = shortest + 4, longest + 5
        return round(self.rng.uniform(shortest, longest), 2)

    # ---- What either end may do now, with weights

    def choices(self, e):
        c, found = self.c, []
        if not e.held:
            return found
        if e.queued:
            return [("accept", 30), ("closel", 5), ("exit", 3), ("die", 3)]
        established = e.state == "established" and not e.over
        if c.has_room(e) and e.fin_at is None:
            if c.peer(e).unread < 20000:
                found.append(("write", 30 if established else 40))
            found += [("shut", 12), ("exit", 4), ("die", 4)]
        if e.unread and not e.over:
            found.append(("read", 40))
        if e.state == "close_wait" and not e.unread and not e.end_read and not e.over:
            found.append(("read_end", 30))
        if c.has_room(e):
            found += [("abort", 5), ("disconnect", 2), ("kill", 2)]
        if established and not e.copied:
            found.append(("repairclose", 2))
        found.append(("close", 12 if established else 30))
        return found

    def numbers(self, e, what):
        if what == "write":
            return [self.rng.choice((1, self.rng.randint(2, 1400), self.rng.randint(1400, 9000)))]
        if what == "read":
            return [e.unread if self.chance(0.7) else self.rng.randint(1, e.unread)]
        return []

    def do(self, e, t, what):
        numbers = self.numbers(e, what)
        self.c.do(e, t, what, *numbers)
        if what == "kill":
            host, port = ("c", self.client_port) if e is self.c.client else ("s", self.port)
            host = "s" if self.local else host
            self.schedule.append((t, f"kill_socket {host} sport = :{port}"))
            self.t += KILL_LASTS
        else:
            self.step(e, t, *(["read", 1] if what == "read_end" else [what, *numbers]))

    def cross(self, t):
        mine = self.rng.choice(("close", "shut", "abort", "write"))
        both = ["close", "shut", "abort"]
        yours = self.rng.choice(both + ["write"] * (mine != "write"))
        n = self.rng.randint(1, 1000)
        self.c.cross(t, mine, yours, n)
        for e, what in ((self.c.client, mine), (self.c.server, yours)):
            self.step(e, t, what, *([n] if what == "write" else []))

    def may_cross(self, t):
        c = self.c
        if self.local or self.network == "loses":
            return False
        return (all(e.state == "established" and not e.over and e.held and not e.unread and
                    e.accepted and not e.copied for e in c.ends) and
                not self.is_look(t))

    @staticmethod
    def is_look(t):
        return any(abs(t - look) < LOOK_LASTS for look in LOOKS)

    def act_once(self, t):
        c = self.c
        # Not while a timer may go off at the same time, or stuck is asked.
        if self.is_look(t) or any(c.deadline(e) and abs(c.deadline(e) - t) < ROUND for e in c.ends):
            return
        c.until(t)
        if self.may_cross(t) and self.chance(0.08):
            self.cross(t)
            return
        if self.chance(0.15) and self.burst(t):
            return
        weighed = [(e, what, weight) for e in c.ends for what, weight in self.choices(e)]
        if weighed:
            e, what, _ = self.rng.choices(weighed, [w[2] for w in weighed])[0]
            self.do(e, t, what)

    def burst(self, t):
        able = [e for e in self.c.ends if self.c.has_room(e) and e.held and not e.queued and
                e.fin_at is None and self.c.peer(e).unread < 20000 and
                self.c.has_room(self.c.peer(e)) and self.c.peer(e).orphan_at is None and
                not (e.unread and self.network == "loses")]
        if not able:
            return False
        e = self.rng.choice(able)
        aborts = ["abort", "disconnect"] if self.network != "loses" else []
        what = self.rng.choice(["close", "close", "shut", "exit", "die", *aborts])
        n = self.rng.randint(1, 9000)
        self.c.burst(e, t, n, what)
        self.step(e, t, "write", n, what)
        return True

    def walk(self, until, actions):
        for _ in range(actions):
            self.t += self.pause()
            if self.t > until:
                return
            self.act_once(round(self.t, 3))

    def begin(self, t, client_options=(), server_options=()):
        """An established connection, accepted at once, later or never."""
        accepted = self.chance(0.8)
        self.listen(*server_options)
        self.connect(t, *client_options)
        self.c.until(t)
        self.c.open(t, accepted)
        self.c.client.linger2 = "linger2" in client_options
        self.c.server.linger2 = "linger2" in server_options
        if not accepted:
            return
        self.steps["server"].append("accept")
        for e in self.c.ends:
            if self.chance(0.03):
                e.copied = True
                self.steps[e.name] += ["child", "wait", "end"]

    def accept_at_once(self):
        """And have no child that holds it, too."""
        if self.c.server.queued:
            self.c.server.accepted, self.c.server.queued = True, False
            self.steps["server"].append("accept")
        for e in self.c.ends:
            e.copied = False
            steps = " ".join(self.steps[e.name])
            self.steps[e.name] = steps.replace("child wait end", "").split()

    # ---- The kinds of connections

    def draw_walk(self):
        self.port = OPEN + self.number
        self.local = self.chance(0.15)
        if self.local:
            self.c.client.fin_timeout = self.c.server.fin_timeout
        options = [["opt", "linger2", "-1"] if self.chance(0.03) else [] for _ in range(2)]
        self.begin(round(self.rng.uniform(1, END - 20), 3), *options)
        self.walk(END - 2, self.rng.randint(0, 9))

    def only_client(self, *names):
        self.ends = {"client"}
        self.c.names = set(names)

    def lone(self, t, end, why, by):
        """A connect() that comes to nothing."""
        e = self.c.client
        self.c.server.end = None
        e.becomes("syn_sent", t)
        if end != "lives":
            self.c.ended_by = by
        e.end, e.why = end, why

    def draw_refused(self):
        port, why, by, names = self.rng.choice((
            (CLOSED, None, "network", {"refused"}),
            (RESET, None, "network", {"refused"}),
            (ICMP, "icmp", "network", {"refused", "rejected-by-icmp"})))
        self.port = port + self.number
        t = round(self.rng.uniform(1, END - 3), 3)
        self.connect(t)
        self.lone(t, "refused", why, by)
        self.only_client(*names)

    def draw_dropped(self):
        self.port = DROPPED + self.number
        t = round(self.rng.uniform(1, END - 2), 3)
        tries = self.rng.randint(1, 3)
        gives_up = self.chance(0.3)
        lasts = self.rng.uniform(0.2, 0.9) if gives_up else 2 ** (tries + 1) - 1
        self.connect(t, "opt", "syncnt", str(tries), how="try")
        e = self.c.client
        if gives_up:
            self.step(e, t + lasts, "close")
        for look in LOOKS + (END,):
            age = look - t
            late = age > 3.5 and age < lasts - ROUND
            unsure = abs(age - 3) <= 0.5 or abs(age - lasts) <= ROUND
            self.c.stuck[look] = {"client": ["syn-sent-unanswered"] if late else
                                  ["syn-sent-unanswered", None] if unsure else [None]}
        self.c.looks = []
        if t + lasts > END:
            self.c.unsure = t + lasts < END + ROUND
            self.lone(t, "lives", None, None)
            self.only_client("syn-unanswered")
            self.c.may = {"syn-retransmitted", "filtered", "abandoned"}
        elif gives_up:
            self.lone(t, "abandoned", "closed", "us")
            self.only_client("syn-unanswered", "abandoned")
        else:
            self.c.unsure = t + lasts > END - ROUND
            self.lone(t, "unanswered", "syn", "nobody")
            self.only_client("syn-unanswered", "filtered", "syn-retransmitted")

    def draw_gives_up(self):
        """close() before the SYN-ACK is there."""
        self.port = OPEN + self.number
        t = round(self.rng.uniform(1, END - 3), 3)
        self.listen()
        self.connect(t, how="try")
        self.steps["client"].append("close")
        self.lone(t, "abandoned", "closed", "client")
        self.c.server.end, self.c.server.state = "reset_in", "new_syn_recv"
        self.c.server.accepted = False
        self.c.names = {"syn-unanswered", "abandoned", "late-syn-ack"}
        self.c.may = {"reset", "reset-by-client", "reset-from-network"}

    def draw_fill(self):
        """One end writes until the other's window is closed."""
        self.port = OPEN + self.number
        c, t = self.c, round(self.rng.uniform(1, END - 40), 3)
        self.begin(t)
        self.accept_at_once()
        writer = self.rng.choice(c.ends)
        reader = c.peer(writer)
        self.step(writer, t + 1, "fill")
        c.told.append(f"{t + 1} {writer.name} fill")
        writer.bytes_known = reader.bytes_known = False
        self.t = full = t + 5
        then = self.rng.choice(("stay", "stay", "close", "abort", "reader closes", "reader reads"))
        later = round(full + self.rng.uniform(1, 60), 3)
        if then == "stay" or later > END - 5:
            later = END + 1000
        for look in LOOKS + (END,):
            said = [None]
            if full + 13 < look < later:
                said = ["established-zero-window"]
            elif t < look < full + 13:
                said = [None, "established-zero-window"]
            self.c.stuck[look] = {writer.name: said, reader.name: [None]}
        c.looks = []
        if later > END:
            return
        self.end_of_fill(writer, reader, later, then)

    def end_of_fill(self, writer, reader, later, then):
        c = self.c
        c.until(later)
        c.told.append(f"{later} {then}")
        if then == "reader reads":
            self.step(reader, later, "sip", 65536, 20)
        elif then == "abort":
            self.step(writer, later, "abort")
            c.do_abort(writer, later)
        elif then == "reader closes":
            self.step(reader, later, "close")
            reader.unread = 1
            c.do_close(reader, later)
            reader.unread_at_end = None
        elif not writer.copied:
            self.step(writer, later, "close")
            writer.held = False
            c.first_fin(writer, False)
            writer.becomes("fin_wait1", later)
            # The kernel gives up when its timer has grown to two minutes.
            for look in LOOKS + (END,):
                if look > later:
                    sure = look > later + 13 and look < self.t + 150
                    c.stuck[look][writer.name] = ["fin-wait1-zero-window"] + [None] * (not sure)
            c.unsure = END > self.t + 150
        if then == "reader closes" and writer.over:
            writer.unread_at_end = None

    def draw_dark(self):
        """The path goes while the connection is established."""
        self.port = DARK + self.number
        c, t = self.c, round(self.rng.uniform(90, 140), 3)
        e = self.rng.choice(c.ends)
        then = self.rng.choice(("idle", "write", "timeout", "retries", "close", "keepalive",
                                "rejected"))
        if then == "rejected":
            self.port = REJECTED + self.number
        if then == "retries":
            e = c.client  # play.sh sets tcp_retries2 there
        options = {"timeout": ["opt", "usertimeout", "15000"],
                   "keepalive": ["opt", "keepalive", "1", "opt", "keepidle", "40",
                                 "opt", "keepintvl", "3", "opt", "keepcnt", "3"]}.get(then, [])
        self.begin(t, options if e is c.client else [], options if e is c.server else [])
        self.accept_at_once()
        p = c.peer(e)
        self.t = t + 0.5
        if self.chance(0.5):
            self.do(e, round(t + 1, 3), "write")
        c.until(DARK_AT)
        at = round(self.rng.uniform(DARK_AT + 5, DARK_AT + 40), 3)
        getattr(self, "dark_" + {"timeout": "write", "retries": "write"}.get(then, then))(
            e, p, at, then)

    def stuck_dark(self, e, begin, end, verdict):
        for look in LOOKS + (END,):
            if look > DARK_AT:
                self.c.stuck[look] = {"client": [None], "server": [None]}
                inside = begin + 13 < look < end - ROUND
                outside = look < begin + 9 or look > end + ROUND
                self.c.stuck[look][e.name] = ([verdict] if inside else [None] if outside else
                                              [verdict, None])
        self.c.looks = []

    def dark_idle(self, e, p, at, then):
        pass

    def dark_write(self, e, p, at, then):
        n = self.rng.randint(1, 1000)
        self.step(e, at, "write", n)
        self.c.told.append(f"{at} {e.name} write {n}, nothing gets through any more")
        e.bytes_known = False
        lasts = {"timeout": 15, "retries": 12.8 if e is self.c.client else 1000}.get(
            then, 12.8 if e is self.c.client else 1000)
        self.stuck_dark(e, at, at + lasts, "established-unanswered")
        if lasts < 1000:
            e.finish(at + lasts, "unanswered",
                     "user_timeout" if then == "timeout" else "data")
            self.c.blame("nobody")
            self.c.names |= {"timed-out", "user-timeout" if then == "timeout" else
                             "retransmissions-exhausted"}

    def dark_rejected(self, e, p, at, then):
        """What it sends is answered by a firewall, in the other end's name."""
        self.step(e, at, "write", 10)
        self.c.told.append(f"{at} {e.name} write 10, a firewall rejects it")
        e.bytes_known = False
        e.finish(at, "reset_in")
        self.c.names |= {"reset"}
        self.c.may |= {"reset-between", "reset-by-firewall", "reset-from-network"}
        self.c.looks = []

    def dark_close(self, e, p, at, then):
        if e.unread:
            self.step(e, at - 0.5, "read", e.unread)
            self.c.do_read(e, at - 0.5, e.unread)
        self.step(e, at, "close")
        self.c.told.append(f"{at} {e.name} close, nothing gets through any more")
        e.held = False
        self.c.first_fin(e, False)
        e.becomes("fin_wait1", at)
        # The kernel looks at its limit of 102 s when its timer goes off. That is twice as late
        # if the handshake lost a segment: the timer begins with three seconds then.
        lasts = 105
        self.stuck_dark(e, at, at + lasts, "fin-wait1-unanswered")
        if self.network == "loses":
            self.c.unsure = True
            for look, said in self.c.stuck.items():
                if look > at + lasts - ROUND:
                    said[e.name] = ["fin-wait1-unanswered", None]
        self.c.may |= {"fin-retransmitted"}
        e.end, e.why, e.over_at = "unanswered", "fin", at + lasts
        self.c.blame("nobody")
        self.c.names |= {"timed-out", "fin-unanswered"}

    def dark_keepalive(self, e, p, at, then):
        e.finish(DARK_AT + 50, "unanswered", "keepalive")
        self.c.blame("nobody")
        self.c.names |= {"timed-out", "keepalive-timeout"}
        self.c.told.append(f"{e.name}: keepalive after 40 s, nothing gets through any more")

    # ---- What is written down

    def truth(self):
        c = self.c
        c.until(END)
        # A socket that waits in nobody's queue any more, and no accept(): told as such.
        if c.server.end is not None and self.kind != "gives_up" and not c.server.accepted:
            c.names.add("never-accepted")
        if sum(e.over for e in c.ends) == 1 and self.ends == {"client", "server"} and \
                all(e.state != "time_wait" and e.end != "normal" for e in c.ends):
            c.names.add("half-open")
        if self.network == "loses":
            c.may |= {"syn-retransmitted", "syn-ack-retransmitted", "third-step-lost",
                      "fin-retransmitted", "lost-last-ack"}
        if self.network == "repeats":
            # A FIN that comes once more is acknowledged from TIME-WAIT, and who gets that has
            # no socket any more.
            c.may |= {"syn-ack-retransmitted", "time-wait-assassination"}
        return {"n": self.number, "kind": self.kind, "local": self.local,
                "from": self.client_port, "to": self.port, "told": c.told,
                "closer": c.closer, "ended_by": c.ended_by,
                "half_bytes": c.half_bytes, "names": sorted(c.names),
                "may": sorted(c.may), "unsure": self.unsure(), "stuck": c.stuck,
                "ends": {e.name: self.truth_of(e) for e in c.ends if e.name in self.ends}}

    def unsure(self):
        c = self.c
        return c.unsure or any(c.deadline(e) and abs(c.deadline(e) - END) < ROUND + LINE
                               for e in c.ends)

    def truth_of(self, e):
        known = e.bytes_known and e.over
        unacked = None if self.network == "loses" else e.unacked_at_end
        return {"end": e.end, "why": e.why, "state": e.state, "accepted": e.accepted,
                "accepted_at": e.accepted_at,
                "closer": e.closer, "unacked": unacked,
                "over_at": e.over_at,
                "unread": e.unread_at_end, "sent": e.sent if known else None,
                "received": e.received if known else None}


KINDS = (("walk", 80), ("refused", 3), ("dropped", 4), ("gives_up", 2), ("fill", 4), ("dark", 7))


NETWORKS = ("delivers", "delivers", "repeats", "loses")


def draw(number, rng, network):
    d = Drawing(number, rng, network)
    d.kind = rng.choices([k[0] for k in KINDS], [k[1] for k in KINDS])[0]
    if network == "loses" and d.kind == "gives_up":
        d.kind = "walk"
    getattr(d, "draw_" + d.kind)()
    return d


def main():
    seed, count, directory = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(seed)
    network = NETWORKS[seed % len(NETWORKS)]
    drawn = [draw(n, rng, network) for n in range(count)]
    with open(f"{directory}/truth", "w") as f:
        for d in drawn:
            print(json.dumps(d.truth()), file=f)
    for name in ("client", "server"):
        with open(f"{directory}/steps.{name}", "w") as f:
            for d in drawn:
                for end in ("server", "client"):
                    if d.steps[end] and name == ("server" if d.local else end):
                        print(f"child name {end[0]}{d.number}", *d.steps[end], "wait end", file=f)
    schedule = [(0, network), (DARK_AT, "dark"), (END, "true")]
    schedule += [(t, f"look {t}") for t in LOOKS]
    for d in drawn:
        schedule += d.schedule
    with open(f"{directory}/schedule", "w") as f:
        for t, command in sorted(schedule):
            print(t, command, file=f)


main()

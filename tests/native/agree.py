# SPDX-License-Identifier: GPL-2.0
"""What the commands say of one recorded trail, compared pairwise.

    agree.py [--stuck] TCPTRAIL RECORDING...

With --stuck only the last of these questions is asked, of recordings of any size.
A line for each disagreement, RECORDING NAME DETAILS. Each question has one answer,
whoever is asked:

    which ends are one connection, who opened it     life, explain
    how it ended, by whom, why                       life, explain
    what state each socket is in                     life --open, stuck
    how many are in each state                       life --open, top, export
    how many were opened, and ended, and how         life, top, export
    how many are stuck, by verdict                   stuck, top, export
"""
import collections
import json
import re
import subprocess
import sys

LIFE_STATES = {"new_syn_recv": "syn_recv"}

# What life calls the end of a connection, and explain's name for it.
END_NAMES = {
    "refused": "refused",
    "unreachable": "unreachable",
    "abandoned": "abandoned",
    "fin_timeout": "fin-wait2-timeout",
    "reused": "time-wait-reuse",
    "killed": "killed",
    "netns_gone": "netns-gone",
    "no_port": "no-source-port",
    "connect_failed": "connect-failed",
}
WHY_NAMES = {
    "unread": "aborted-unread",
    "linger": "aborted-linger",
    "disconnect": "aborted-disconnect",
    "late_data": "data-after-close",
    "unaccepted": "never-accepted",
    "syn": "syn-unanswered",
    "syn_ack": "request-expired",
    "data": "retransmissions-exhausted",
    "window": "window-probes-exhausted",
    "unsent": "unsent",
    "fin": "fin-unanswered",
    "keepalive": "keepalive-timeout",
    "user_timeout": "user-timeout",
}
COMPARED = set(END_NAMES.values()) | set(WHY_NAMES.values())


class Recording:
    def __init__(self, tool, path):
        self.tool, self.path = tool, path
        self.found = []

    def run(self, *words):
        done = subprocess.run([self.tool, *words, "-i", self.path], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout

    def lines(self, *words):
        return [json.loads(line) for line in self.run(*words).splitlines()]

    def differ(self, name, details):
        self.found.append((name, details))

    def same(self, name, **answers):
        """The answers of several commands to one question are one."""
        if len(set(answers.values())) > 1:
            self.differ(name, ", ".join(f"{who} says {what}" for who, what in answers.items()))


def ends_of(life):
    return [life] + ([life["peer"]] if "peer" in life else [])


def port(connection):
    return f"port {connection['right']['port']}"


def by_socket(connections, ends_of_connection):
    """By sockets, and of those the first, the second ... connection: one may connect again."""
    found = {}
    for c in connections:
        ends = frozenset(ends_of_connection(c))
        number = sum(e == ends for e, _ in found)
        found[ends, number] = c
    return found


def connections(r, lives, explained):
    """The same sockets make the same connections. Returns (life, explain) pairs."""
    # A request of a SYN that came again is a life of its own, and drawn with the last one's.
    earlier = {e["cookie"]: e["end"] for c in explained for e in c.get("earlier", ())}
    for l in lives:
        if l["cookie"] in earlier and "peer" not in l:
            r.same("earlier", life=l["end"], explain=earlier[l["cookie"]])
    lives = [l for l in lives if l["cookie"] not in earlier or "peer" in l]
    by_life = by_socket(lives, lambda l: [e["cookie"] for e in ends_of(l)])
    by_explain = by_socket(
        explained, lambda c: [c[s]["cookie"] for s in ("left", "right") if c[s].get("cookie")])
    for ends, number in by_life.keys() - by_explain.keys():
        l = by_life[ends, number]
        r.differ("not-in-explain", f"life has sockets {sorted(ends)} as one connection "
                 f"({l['end']}), explain has "
                 f"{[sorted(e) for e, _ in by_explain if e & ends] or 'none'}")
    for ends, number in by_explain.keys() - by_life.keys():
        r.differ("not-in-life", f"explain has sockets {sorted(ends)} as one connection "
                 f"({by_explain[ends, number]['names']}), life has "
                 f"{[sorted(e) for e, _ in by_life if e & ends] or 'none'}")
    return [(by_life[e], by_explain[e]) for e in by_life.keys() & by_explain.keys()]


def opener(r, life, explained):
    for end in ends_of(life):
        if end["role"] == "unknown" or not explained["opener_known"]:
            continue
        if "simultaneous-open" in explained["names"]:
            continue # both ends opened it
        side = "left" if explained["left"].get("cookie") == end["cookie"] else "right"
        r.same("opener", life=end["role"], explain={"left": "active", "right": "passive"}[side])


def waits_for_accept(end):
    return (end["role"] == "passive" and end["end"] == "lives" and not end.get("accepted")
            and end["state"] != "new_syn_recv")


def nobody_of(life, explained):
    """A RST that neither end has sent: life tells of it where both ends are over."""
    by = {"between": "reset-between", "host": "reset-by-firewall",
          "network": "reset-from-network"}
    if any(e["end"] == "lives" for e in ends_of(life)):
        return next((n for n in explained["names"] if n in by.values()), None)
    return by.get(life.get("ended_by"))


def names_by_life(life, explained):
    """How life says that it ended, in explain's names."""
    names = set()
    left = explained["left"].get("cookie")
    for end in ends_of(life):
        me, other = ("client", "server") if end["cookie"] == left else ("server", "client")
        if end["end"] == "reset_out":
            names.add(f"reset-by-{me}")
        elif end["end"] == "reset_in" and end["state"] == "new_syn_recv" and \
                "stale-duplicate-syn" in explained["names"]:
            continue # a request that its sender knew nothing of
        elif end["end"] == "reset_in" and end.get("state") != "time_wait":
            names.add(nobody_of(life, explained) or f"reset-by-{other}")
        if end.get("unaccepted") or waits_for_accept(end):
            names.add("never-accepted")
        if "mptcp" in explained["names"]:
            names.discard("never-accepted") # a subflow's socket does not tell
        if end["end"] == "abandoned" or end["state"] == "syn_sent" and end["end"] == "lives":
            names.add("syn-unanswered")
        names.add(END_NAMES.get(end["end"]))
        if (end["end"], end.get("why")) not in ( # it did not expire, or was not aborted
                ("unreachable", "syn_ack"), ("abandoned", "disconnect"), ("normal", "unread")):
            names.add(WHY_NAMES.get(end.get("why")))
    return names - {None}


def ending(r, life, explained):
    compared = COMPARED | {"reset-by-client", "reset-by-server", "reset-between",
                           "reset-by-firewall", "reset-from-network"}
    by_life, by_explain = names_by_life(life, explained), set(explained["names"]) & compared
    if by_life != by_explain:
        ways = "/".join(e["end"] + (f" ({e['why']})" if "why" in e else "") for e in ends_of(life))
        r.differ("ending", f"{port(explained)}: life says {ways}, explain {explained['names']}")
    # A FIN may wait behind data: who has closed need not have sent one.
    if any("fin_seq" in explained[s] for s in ("left", "right")) and \
            all(end["closer"] == "none" for end in ends_of(life)):
        r.differ("closer", f"{port(explained)}: life says that nobody closed, explain has a FIN")


def counters(text):
    values = {}
    for line in text.splitlines():
        m = re.fullmatch(r'tcptrail_([a-z_]+)(?:\{([a-z_]+)="([^"]*)"\})? ([0-9.eE+-]+)', line)
        if m:
            values[m[1], m[3]] = float(m[4])
    return values


def states(r, lives, top, exported):
    living = collections.Counter(LIFE_STATES.get(e["state"], e["state"])
                                 for l in lives for e in ends_of(l) if e["end"] == "lives")
    for state, numbers in top["states"].items():
        by = {"top": numbers["now"], "export": int(exported["sockets", state])}
        if state != "listen":
            by["life"] = living[state]
        r.same(f"sockets-{state}", **by)


def ended(r, lives, top, exported):
    ends = [e for l in lives for e in ends_of(l)]
    over = collections.Counter(e["end"] for e in ends if e["end"] != "lives")
    for (name, cause), number in exported.items():
        if name == "connections_ended_total":
            r.same(f"ended-{cause}", life=over[cause], export=int(number))
    r.same("ended", life=sum(over.values()), top=top["ended"]["total"])
    for role in ("active", "passive"):
        r.same(f"opened-{role}", life=sum(e["role"] == role and
                                          (role == "active" or
                                           e["state"] not in ("new_syn_recv", "syn_recv"))
                                          for e in ends),
               export=int(exported["connections_opened_total", role]))
    for direction in ("sent", "received"):
        r.same(f"resets-{direction}", top=top[f"resets_{direction}"]["total"],
               export=int(exported["resets_total", direction]))


def socket_states(r, lives):
    """stuck's states are life's, of the states in which it lists everything."""
    living = {e["cookie"]: e["state"] for l in lives for e in ends_of(l) if e["end"] == "lives"}
    listed = {s["cookie"]: s["state"] for s in r.lines("stuck", "--all", "--older", "0", "--json")
              if s["kind"] == "stuck" and s["state"] != "listen"}
    for cookie in listed:
        r.same("stuck-state", life=living.get(cookie), stuck=listed[cookie])


def stuck(r, top, exported):
    """Sockets with a verdict that is not harmless: the exporter has a series for each of these."""
    listed = collections.Counter()
    for s in r.lines("stuck", "--all", "--json"):
        listed[s["verdict"]] += s.get("count", 1)
    counted = {verdict: int(number) for (name, verdict), number in exported.items()
               if name == "stuck_sockets"}
    for verdict, number in counted.items():
        r.same(f"stuck-{verdict}", stuck=listed[verdict], export=number)
    said = re.search(r"^(\d+|Nothing is) stuck[.,]", r.run("stuck"), re.M).group(1)
    r.same("stuck", stuck=sum(listed[verdict] for verdict in counted), top=top["stuck_total"],
           text=int(said) if said.isdigit() else 0)


def compare(tool, path, only_stuck):
    r = Recording(tool, path)
    if only_stuck:
        stuck(r, r.lines("top", "--once", "--json")[0], counters(r.run("export", "--once")))
        return r.found
    lives = r.lines("life", "--open", "--json")
    explained = r.lines("explain", "::/0", "--all", "--json")
    top = r.lines("top", "--once", "--json")[0]
    exported = counters(r.run("export", "--once"))
    for life, conversation in connections(r, lives, explained):
        opener(r, life, conversation)
        ending(r, life, conversation)
    states(r, lives, top, exported)
    ended(r, lives, top, exported)
    socket_states(r, lives)
    stuck(r, top, exported)
    return r.found


def main():
    only_stuck = sys.argv[1] == "--stuck"
    tool, *paths = sys.argv[1 + only_stuck:]
    for path in paths:
        name = "/".join(path.removesuffix(".tt").split("/")[-2:])
        for what, details in compare(tool, path, only_stuck):
            print(f"{name} {what} {details}")


main()

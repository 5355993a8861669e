# SPDX-License-Identifier: GPL-2.0
"""Compare what life, explain and stuck say of played connections with what was done.

    judge.py [--only N] TCPTRAIL BATCH...

A BATCH is a directory of play.sh, with draw.py's truth in it. In TAP: a line for each
batch, and before it a few lines for each false sentence. With --only, all that is known
and said of connection N of one batch.

False is what contradicts the truth, and what is missing: an ending that is not told, a
stuck socket that is not listed. What the truth leaves open, may be said or not.

A guest loses time where it waits for a busy host, and what was drawn seconds apart happens
at once. So the players say which of their steps came late. Of such a connection the truth
is not known, and it is not judged; nor is a look that came late. More of them than
MOST_LATE is a failure of its own.
"""
import collections
import json
import os
import re
import subprocess
import sys

END = 330  # seconds, as in draw.py
MOST_LATE = 0.1  # of the connections
END_OF_TIMERS = 220  # seconds: an end whose timers are unsure may be over from here on

OTHER = {"client": "server", "server": "client"}


class Batch:
    def __init__(self, tool, directory):
        self.directory = directory
        self.seed = os.path.basename(directory)
        self.truths = {t["n"]: t for t in self.lines("truth")}
        self.by_port = {t["from"]: t for t in self.truths.values()}
        late = "".join(map(self.text, ("log.client", "log.server", "errors")))
        self.late = {int(n) for n in re.findall(r"^late (?:[cs]|kill_socket .*:[12]0*)(\d+) ",
                                                late, re.M)}
        self.late_looks = set(re.findall(r"^late look (\d+) ", late, re.M))
        if str(END) in self.late_looks:
            for t in self.truths.values():
                t["unsure"] |= any(e["end"] == "lives" for e in t["ends"].values())
        self.false = []
        self.said = collections.defaultdict(list)
        done = subprocess.run([tool, "explain", "::/0", "--all", "--json", "-i",
                               f"{directory}/trail.tt"], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False)
        self.explained = [json.loads(line) for line in done.stdout.splitlines()]

    def text(self, name):
        with open(f"{self.directory}/{name}") as f:
            return f.read()

    def lines(self, name):
        return [json.loads(line) for line in self.text(name).splitlines()]

    def differ(self, truth, what, said, true):
        if not truth or truth["n"] not in self.late:
            self.false.append((truth, what, said, true))

    def find(self, one, other, said):
        """The connection between two ports, or None: it is said of no connection."""
        truth = self.by_port.get(one) or self.by_port.get(other)
        if not truth or {one, other} != {truth["from"], truth["to"]}:
            self.differ(None, "no such connection", said, "none was made")
            return None
        return truth

    # ---- life

    def judge_life(self):
        seen = collections.Counter()
        for life in self.lines("life"):
            truth = self.find(life["local_port"], life["remote_port"], life)
            if not truth:
                continue
            seen[truth["n"]] += 1
            self.said[truth["n"]].append(life)
            is_client = life["local_port"] == truth["from"]
            told = {"client" if is_client else "server": life}
            if "peer" in life:
                told[OTHER["client" if is_client else "server"]] = life["peer"]
            if set(told) != set(truth["ends"]):
                self.differ(truth, "life: ends", sorted(told), sorted(truth["ends"]))
            for name, end in told.items():
                if name in truth["ends"]:
                    self.judge_end(truth, name, end, truth["ends"][name])
            if "ended_by" in life and truth["ended_by"] and not truth["unsure"]:
                self.same(truth, "life: ended_by", life["ended_by"], truth["ended_by"])
        for truth in self.truths.values():
            if seen[truth["n"]] != 1:
                self.differ(truth, "life: lines", seen[truth["n"]], 1)

    def same(self, truth, what, said, true):
        if said != true:
            self.differ(truth, what, said, true)

    def judge_end(self, truth, name, said, true):
        if truth["unsure"] and "lives" in (said["end"], true["end"]):
            return
        if said["state"] == "time_wait" and "time-wait-assassination" in truth["may"]:
            said = {**said, "end": true["end"]}
        place = f"life: {name}'s "
        role = {"client": "active", "server": "passive"}[name]
        self.same(truth, place + "role", said["role"], role)
        self.same(truth, place + "end", said["end"], true["end"])
        self.same(truth, place + "why", said.get("why"), true["why"])
        if true["end"] == "lives":
            self.same(truth, place + "state", said["state"], true["state"])
        self.same(truth, place + "closer", said["closer"], true["closer"])
        for what in ("sent", "received", "unread"):
            if true[what] is not None and what in said:
                self.same(truth, place + what, said[what], true[what])
        if name == "server" and true["end"] == "lives" and said["state"] != "new_syn_recv":
            self.same(truth, place + "accepted", said.get("accepted"), true["accepted"])
        for task in ("opener", "last_task"):
            actor = "ss" if true["end"] == "killed" and task == "last_task" else \
                f"{name[0]}{truth['n']}"
            if task in said:
                self.same(truth, place + task, said[task]["comm"], actor)

    # ---- explain

    def judge_explain(self):
        for c in self.explained:
            truth = self.find(c["left"]["port"], c["right"]["port"], c)
            if not truth:
                continue
            self.said[truth["n"]].append({"names": c["names"], "sentences": c["sentences"]})
            if c["left"]["port"] != truth["from"]:
                self.differ(truth, "explain: the client", c["left"]["port"], truth["from"])
            for sentence in c["sentences"]:
                self.judge_sentence(truth, sentence)
            if truth["unsure"]:
                continue
            said, names = set(c["names"]), set(truth["names"])
            for name in sorted(said - names - set(truth["may"])):
                self.differ(truth, "explain says " + name, c["sentences"], truth["names"])
            for name in sorted(names - said):
                self.differ(truth, "explain does not say " + name, c["sentences"], truth["names"])

    def judge_sentence(self, truth, sentence):
        def wrong(true):
            self.differ(truth, "explain: a sentence", sentence, true)

        for task in re.findall(r"\b([cs]\d+)\[\d+\]", sentence):
            if task not in (f"c{truth['n']}", f"s{truth['n']}"):
                wrong(f"{task} has nothing to do with it")
        for side, comm in re.findall(r"(?i)\b(client|server) \(?([cs])\d+\[", sentence):
            if side[0].lower() != comm:
                wrong("that process is the other end's")
        m = re.search(r"first by the (client|server)", sentence)
        if m and m[1] != truth["closer"]:
            wrong(f"closed first by {truth['closer']}")
        m = re.search(r"[Rr]eset by the (client|server): closed with (\d+) bytes unread", sentence)
        if m and truth["ends"][m[1]]["unread"] not in (None, int(m[2])):
            wrong(f"{truth['ends'][m[1]]['unread']} bytes unread")
        m = re.search(r"(\d+) bytes? of .* not acknowledged by then", sentence)
        thrown = [e["unacked"] for e in truth["ends"].values()]
        if m and truth["kind"] == "walk" and not truth["local"] and \
                None not in thrown and int(m[1]) not in thrown:
            wrong(f"{thrown} bytes")
        m = re.search(r"(\d+) bytes came after the FIN", sentence)
        if m and truth["half_bytes"] not in (None, int(m[1])):
            wrong(f"{truth['half_bytes']} bytes came after the FIN")
        if "not answered" in sentence and truth["kind"] == "fill":
            wrong("the other end answers")
        if re.search(r"forged|NAT|firewall|filter", sentence) and truth["kind"] == "walk":
            wrong("nothing stands between the two")

    # ---- stuck

    def judge_stuck(self, look):
        stuck = {}
        for s in self.lines(f"look.{look}"):
            if s["state"] == "listen" or "remote_port" not in s:
                self.judge_listener(look, s)
                continue
            truth = self.find(s["local_port"], s["remote_port"], s)
            if truth:
                name = "client" if s["local_port"] == truth["from"] else "server"
                stuck[truth["n"], name] = s
                self.said[truth["n"]].append({"look": look, **s})
        for truth in self.truths.values():
            for name, allowed in truth["stuck"].get(look, {}).items():
                s = stuck.get((truth["n"], name))
                verdict = s["verdict"] if s else None
                other = truth["ends"].get(OTHER[name], {})
                over_at = other.get("over_at") or (truth["unsure"] and END_OF_TIMERS)
                if verdict == "established-half-open" and over_at and over_at < int(look):
                    allowed = [verdict]
                if verdict not in allowed:
                    self.differ(truth, f"stuck at {look} s: {name} {verdict}",
                                s and [s["sentence"], s["remedy"]], allowed)
                elif s:
                    self.judge_holder(truth, name, look, s)

    def judge_holder(self, truth, name, look, s):
        for holder in s.get("holders", ()):
            self.same(truth, f"stuck at {look} s: holder", holder["comm"], f"{name[0]}{truth['n']}")
        for task in re.findall(r"\b([cs]\d+)\[\d+\]", s["sentence"] + s["remedy"]):
            if task[1:] != str(truth["n"]):
                self.differ(truth, f"stuck at {look} s: {name}", s["sentence"] + s["remedy"],
                            f"{task} has nothing to do with it")

    def judge_listener(self, look, s):
        truth = next((t for t in self.truths.values() if t["to"] == s["local_port"]), None)
        server = truth["ends"].get("server", {}) if truth else {}
        if server.get("accepted", True) and (server.get("accepted_at") or 0) < int(look) - 1:
            self.differ(truth, f"stuck at {look} s: a listener", s, "it waits for nobody")

    # ---- All

    def judge(self):
        self.judge_life()
        self.judge_explain()
        for look in sorted(next(iter(self.truths.values()))["stuck"]):
            if look not in self.late_looks:
                self.judge_stuck(look)
        for name in os.listdir(f"{self.directory}/after"):
            for line in self.lines(f"after/{name}"):
                self.differ(None, f"{name} when all have gone", line, "nothing")
        if len(self.late) > MOST_LATE * len(self.truths):
            self.differ(None, "played late", len(self.late), f"at most {MOST_LATE:.0%}")
        return self.false


def tell(seed, truth, what, said, true):
    if truth:
        print(f"#   seed {seed}, connection {truth['n']} ({truth['kind']}), "
              f"{truth['from']} to {truth['to']}: {'; '.join(truth['told']) or 'nothing'}")
    print(f"#     {what}: {json.dumps(said)}")
    print(f"#     true: {json.dumps(true)}")


def main():
    only = None
    if sys.argv[1] == "--only":
        only = int(sys.argv[2])
        del sys.argv[1:3]
    tool, *batches = sys.argv[1:]
    batches.sort(key=lambda b: int(os.path.basename(b)))
    if only is None:
        print(f"1..{len(batches)}")
    failed = 0
    kinds = collections.Counter()
    for number, directory in enumerate(batches, 1):
        batch = Batch(tool, directory)
        false = batch.judge()
        if only is not None:
            print(json.dumps(batch.truths[only], indent=1))
            for said in batch.said[only]:
                print(json.dumps(said))
        for f in false:
            if only in (None, f[0] and f[0]["n"]):
                tell(batch.seed, *f)
            kinds[re.sub(r"[0-9]+ s", "N s", f[1])] += 1
        if only is None:
            print(f"{'not ok' if false else 'ok'} {number} - {len(batch.truths)} connections, "
                  f"seed {batch.seed}: {len(false)} false sentences, not judged: "
                  f"{len(batch.late)} connections, {len(batch.late_looks)} looks")
        failed += bool(false)
    if only is None:
        for what, many in kinds.most_common():
            print(f"# {many} times: {what}")
    return failed > 0


sys.exit(main())

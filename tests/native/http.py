#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A client for tests/native/export.sh: one that asks properly, and several that do not.

    http.py get PORT PATH [HEADER...]      status line and headers; the body to standard output
    http.py raw PORT                       what standard input says, as it is
    http.py loris PORT COUNT SECONDS       so many that send a byte a second
    http.py deaf PORT COUNT SECONDS        so many that ask and never read the answer
    http.py half PORT COUNT                so many that ask for half a thing and close their half
    http.py scrapes PORT COUNT             the slowest of so many, in milliseconds
    http.py lint FILE                      is it a text in the format that it says it is
    http.py service COMMAND...             as systemd would start it, and what it tells
"""
# python3-minimal has no more than this.
import os
import re
import select
import signal
import socket
import sys
import time
import zlib


def connect(port, timeout=20):
    s = socket.socket()
    s.settimeout(timeout)
    s.connect(("127.0.0.1", int(port)))
    return s


def read_all(s):
    data = b""
    while True:
        part = s.recv(65536)
        if not part:
            return data
        data += part


def ask(port, path, headers=(), method="GET"):
    s = connect(port)
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: x", "Connection: close", *headers]
    s.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    head, _, body = read_all(s).partition(b"\r\n\r\n")
    s.close()
    head = head.decode("latin-1")
    if "content-encoding: gzip" in head.lower():
        body = zlib.decompress(body, 31)
    return head, body


def get(port, path, *headers):
    method = "GET"
    if path == "HEAD":
        method, path, headers = "HEAD", headers[0], headers[1:]
    head, body = ask(port, path, headers, method)
    print(head.replace("\r", ""), file=sys.stderr)
    sys.stdout.buffer.write(body)


def raw(port):
    s = connect(port)
    try:
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
        sys.stdout.buffer.write(read_all(s))
    except OSError:
        pass  # it was cut off: as good an answer as any


def crowd(port, count, first):
    clients = []
    for _ in range(int(count)):
        s = connect(port)
        s.sendall(first)
        clients.append(s)
    return clients


def still_open(clients):
    """Those that the server has not closed. What it sends to a deaf one stays unread."""
    poll = select.poll()
    for s in clients:
        poll.register(s, select.POLLRDHUP)
    return len(clients) - len(poll.poll(0))


def loris(port, count, seconds):
    clients = crowd(port, count, b"GET /metrics HTTP/1.1\r\nX: ")
    print("there", flush=True)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        for s in clients:
            try:
                s.send(b"a")
            except OSError:
                pass
        time.sleep(1)
    print(still_open(clients), "left")


def deaf(port, count, seconds):
    clients = []
    for _ in range(int(count)):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        s.connect(("127.0.0.1", int(port)))
        # So many that no socket buffer has room for the answers.
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        clients.append(s)
    print("there", flush=True)
    time.sleep(float(seconds))
    print(still_open(clients), "left")


def half(port, count):
    for s in crowd(port, count, b"GET /met"):
        try:
            s.shutdown(socket.SHUT_WR)
            read_all(s)
        except OSError:
            pass  # let go of already, in the crowd
    for s in crowd(port, count, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"):
        s.close()  # with the answer unread: a reset


def scrapes(port, count):
    slowest = 0.0
    for _ in range(int(count)):
        begin = time.monotonic()
        head, body = ask(port, "/metrics")
        assert head.startswith("HTTP/1.1 200"), head
        assert body.endswith(b"\n") and b"tcptrail_trail_up" in body
        slowest = max(slowest, time.monotonic() - begin)
        time.sleep(0.1)
    print(int(slowest * 1000))


def lint(path):
    text = open(path).read()
    openmetrics = text.endswith("# EOF\n")
    types, seen, buckets, counts = {}, set(), {}, {}
    family = None
    assert text.endswith("\n"), "no newline at the end"
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            family, kind = line.split()[2:4]
            assert family not in types, "announced twice: " + family
            types[family] = kind
            continue
        if line.startswith("#"):
            continue
        match = re.fullmatch(r'([a-z_][a-z0-9_]*)(\{.*\})? (\d+(\.\d+)?)', line)
        assert match, "no sample: " + line
        name, labels, value = match[1], match[2] or "", float(match[3])
        assert name + labels not in seen, "twice: " + line
        seen.add(name + labels)
        kind = types[family]
        suffix = name[len(family):]
        assert name.startswith(family), "not of %s: %s" % (family, line)
        if kind == "counter":
            assert name.endswith("_total"), line
            assert suffix == ("_total" if openmetrics else ""), line
        elif kind == "info":
            assert openmetrics and suffix == "_info" and value == 1, line
        elif kind == "histogram":
            assert suffix in ("_bucket", "_sum", "_count"), line
            key = family + re.sub(r',?le="[^"]*"', "", labels).replace("{}", "")
            if suffix == "_bucket":
                assert value >= buckets.get(key, 0), "not cumulative: " + line
                buckets[key] = value
            elif suffix == "_count":
                assert value == buckets[key], "+Inf is not _count: " + line
                counts[key] = value
        else:
            assert kind == "gauge" and not suffix, line
    assert buckets and set(buckets) == set(counts)
    print(len(seen), "series")


def service(*command):
    """NOTIFY_SOCKET, WATCHDOG_USEC and a listening socket as descriptor 3."""
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name = "tcptrail-test-%d" % os.getpid()
    notify.bind("\0" + name)
    notify.settimeout(20)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    pid = os.fork()
    if not pid:
        os.dup2(listener.fileno(), 3)
        os.environ.update(NOTIFY_SOCKET="@" + name,
                          WATCHDOG_USEC="2000000", LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execv(command[0], command)
    told = [notify.recv(100).decode() for _ in range(3)]
    head, _ = ask(listener.getsockname()[1], "/healthz")
    os.kill(pid, signal.SIGTERM)
    told.append(notify.recv(100).decode())
    while told[-1] == "WATCHDOG=1":
        told.append(notify.recv(100).decode())
    print(head.split("\r\n")[0], *dict.fromkeys(told), os.waitpid(pid, 0)[1])


globals()[sys.argv[1]](*sys.argv[2:])

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""An exporter that behaves as badly as the page could meet it.

    exporter.py PAGE LOG    serves PAGE on a free port of loopback, which it prints;
                            each path that was asked for goes into LOG

/hostile/  names and labels that are markup, numbers that are none
/down/     /metrics answers 503
/notrail/  the module is not loaded; no /stuck
/probe/    as /hostile/, and the page tells how wide it has become
"""
import http.server
import json
import sys

MARKUP = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
PROBE = b"""<script>setTimeout(() => document.body.setAttribute('data-fits',
document.documentElement.scrollWidth <= innerWidth), 3000)</script></body>"""

METRICS = f"""# HELP tcptrail_sockets Sockets by state.
# TYPE tcptrail_sockets gauge
tcptrail_sockets{{state="established"}} 1234
tcptrail_sockets{{state="close_wait"}} 57
tcptrail_sockets{{state="{MARKUP}"}} 3
tcptrail_sockets{{state="listen"}} 1e400
tcptrail_sockets{{state="closing"}} NaN
tcptrail_oldest_age_seconds{{state="close_wait"}} 2731.25
tcptrail_handshake_duration_seconds_bucket{{role="client",le="0.001"}} 90
tcptrail_handshake_duration_seconds_bucket{{role="client",le="1"}} 99
tcptrail_handshake_duration_seconds_bucket{{role="client",le="+Inf"}} 100
tcptrail_handshake_duration_seconds_bucket{{role="server",le="0.001"}} 0
tcptrail_handshake_duration_seconds_bucket{{role="server",le="1"}} 50
tcptrail_handshake_duration_seconds_bucket{{role="server",le="+Inf"}} 50
tcptrail_connections_ended_total{{cause="{MARKUP}"}} 5
tcptrail_time_wait_ends_total{{reason="a \\"quoted\\\\ one\\n{MARKUP}"}} 5
tcptrail_stuck_sockets{{verdict="close-wait-leak"}} 49
tcptrail_records_read_total 1000
tcptrail_records_lost_total{{cause="{MARKUP}"}} 5
tcptrail_hook_attached{{hook="{MARKUP}"}} 0
tcptrail_hook_attached{{hook="state"}} 1
tcptrail_hook_attached{{hook="reset_abort"}} 0
tcptrail_hook_disabled{{hook="{MARKUP}"}} 0
tcptrail_hook_disabled{{hook="reset_abort"}} 1
tcptrail_build_info{{version="{MARKUP}",abi="1.0"}} 1
tcptrail_kernel_info{{release="{MARKUP}"}} 1
tcptrail_trail_up 1
this is {{no="metric
"""
STUCK = [{
    "kind": "stuck", "state": "close_wait", "age_seconds": 61, "age_at_least": True,
    "local_address": "2001:db8::1", "local_port": 443,
    "remote_address": MARKUP, "remote_port": MARKUP,
    "verdict": MARKUP, "sentence": MARKUP + "[118] has not.", "remedy": MARKUP,
}, {"verdict": "x", "state": MARKUP}, None, 7, "text", []]


class Exporter(http.server.BaseHTTPRequestHandler):
    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            print(self.path, file=log)
        parts = self.path.split("/")
        scene, leaf = (parts[1], parts[2]) if len(parts) == 3 else ("", "?")
        if leaf == "":
            with open(sys.argv[1], "rb") as page:
                body = page.read()
            if scene == "probe":
                body = body.replace(b"</body>", PROBE)
            self.reply(200, "text/html; charset=utf-8", body)
        elif leaf == "metrics" and scene == "down":
            self.reply(503, "text/plain", b"")
        elif leaf == "metrics":
            text = METRICS.replace("trail_up 1", "trail_up 0") if scene == "notrail" else METRICS
            self.reply(200, "text/plain; version=0.0.4; charset=utf-8", text.encode())
        elif leaf == "stuck" and scene != "notrail":
            lines = "".join(json.dumps(s) + "\n" for s in STUCK)
            self.reply(200, "application/json", lines.encode())
        else:
            self.reply(404, "text/plain", b"")

    def log_message(self, format, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
print(server.server_port, flush=True)
server.serve_forever()

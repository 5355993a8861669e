#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The source of dashboard.json, Grafana's: dashboard.py > dashboard.json

A row is a title and its panels; a panel is its title, unit, width (of 24), what it
says below its title, and its queries: (expression, legend). SEL in an expression stands
for the choice of job and instance.
"""
import json

SEL = 'job=~"$job", instance=~"$instance"'
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
HEIGHT = {"stat": 4, "timeseries": 8, "heatmap": 8}


def panel(title, unit, width, about, *queries, kind="timeseries", stack=False, limits=()):
    return dict(title=title, unit=unit, width=width, about=about, queries=queries, kind=kind,
                stack=stack, limits=limits)


def stat(title, unit, about, query, *limits):
    return panel(title, unit, 4, about, (query, ""), kind="stat", limits=limits)


def rate(metric, by):
    return f"sum by ({by}) (rate({metric}{{SEL}}[$__rate_interval]))"


def percentiles(metric, more=""):
    buckets = f"sum by (le) (rate({metric}_bucket{{SEL{more}}}[$__rate_interval]))"
    return [(f"histogram_quantile({q / 100}, {buckets})", f"p{q}") for q in (50, 90, 99)]


ROWS = [
    ("Now", [
        stat("Hosts with a trail", "none", "Exporters that have a trail to read.",
             "sum(tcptrail_trail_up{SEL})"),
        stat("Established", "short", "Connections that are open.",
             'sum(tcptrail_sockets{SEL, state="established"})'),
        stat("CLOSE-WAIT", "short", "The peer has closed, and a process has not.",
             'sum(tcptrail_sockets{SEL, state="close_wait"})', ("orange", 100), ("red", 1000)),
        stat("Stuck", "short", "Sockets that have been in a state for too long: run tcptrail stuck on the host.",
             "sum(tcptrail_stuck_sockets{SEL})", ("orange", 1)),
        stat("Ephemeral ports, fullest host", "percentunit", "The share in use towards one destination. At 100 %, connect() fails.",
             "max(tcptrail_ephemeral_ports_used_ratio{SEL})", ("orange", 0.8), ("red", 0.97)),
        stat("Records lost, last hour", "short", "Without those that the rate limit kept out.",
             'sum(increase(tcptrail_records_lost_total{SEL, cause!="limited"}[1h]))', ("red", 1)),
    ]),
    ("Sockets", [
        panel("Sockets by state", "short", 12, "Sum over the chosen hosts.",
              ("sum by (state) (tcptrail_sockets{SEL})", "{{state}}"), stack=True),
        panel("CLOSE-WAIT by host", "short", 12, "A line that only rises is a leak.",
              ('sum by (instance) (tcptrail_sockets{SEL, state="close_wait"})', "{{instance}}")),
        panel("Stuck by verdict", "short", 8, "The verdicts of tcptrail-stuck(1).",
              ("sum by (verdict) (tcptrail_stuck_sockets{SEL})", "{{verdict}}"), stack=True),
        panel("Oldest in states that ought to pass", "s", 8, "The oldest socket in each state on the chosen hosts.",
              ("max by (state) (tcptrail_oldest_age_seconds{SEL, "
               'state!~"established|listen|close"})', "{{state}}")),
        panel("Unread bytes in CLOSE-WAIT", "bytes", 8,
              "If bytes are unread, the process has stopped reading, not only forgotten to close.",
              ("sum by (instance) (tcptrail_close_wait_unread_bytes{SEL})", "{{instance}}")),
    ]),
    ("Handshakes", [
        panel("Handshake, this end opened", "s", 8, "connect() to ESTABLISHED. Steps at 1 s, 3 s "
              "and 7 s are SYNs that were sent again.",
              *percentiles("tcptrail_handshake_duration_seconds", ', role="client"')),
        panel("Handshake, the peer opened", "s", 8, "SYN to ESTABLISHED.",
              *percentiles("tcptrail_handshake_duration_seconds", ', role="server"')),
        panel("Accept wait", "s", 8, "ESTABLISHED to accept().",
              *percentiles("tcptrail_accept_wait_seconds")),
        panel("Opened", "cps", 8, "active: this end sent the SYN.",
              (rate("tcptrail_connections_opened_total", "role"), "{{role}}")),
        panel("Handshakes and accept queues", "short", 8,
              "Request sockets wait for the client's ACK; connections not accepted wait for accept().",
              ("sum(tcptrail_request_sockets{SEL})", "request sockets"),
              ("sum(tcptrail_accept_queue_sockets{SEL})", "not accepted")),
        panel("Retransmits", "cps", 8, "SYN, SYN-ACK and FIN that were sent again.",
              (rate("tcptrail_retransmits_total", "segment"), "{{segment}}")),
        panel("Handshakes, this end opened", "s", 12, "How many handshakes took how long.",
              (rate("tcptrail_handshake_duration_seconds_bucket", "le").replace(
                  "SEL", 'SEL, role="client"'), "{{le}}"), kind="heatmap"),
        panel("Requests ended, by reason", "cps", 12,
              "Every reason but established is a handshake that failed.",
              (rate("tcptrail_request_ends_total", "reason"), "{{reason}}"), stack=True),
    ]),
    ("Closing", [
        panel("Ended, by cause", "cps", 12, "normal: both FINs sent and acknowledged.",
              (rate("tcptrail_connections_ended_total", "cause"), "{{cause}}"), stack=True),
        panel("Resets", "cps", 12, "RST segments.",
              (rate("tcptrail_resets_total", "direction"), "{{direction}}")),
        panel("Half-close", "s", 8, "From the first FIN to the second.",
              *percentiles("tcptrail_half_close_duration_seconds")),
        panel("Teardown", "s", 8, "From the first FIN to the acknowledgement of the second.",
              *percentiles("tcptrail_teardown_duration_seconds")),
        panel("TIME-WAIT ends, by reason", "cps", 8,
              "timeout: the 60 s were over. reuse: a connect() took over the addresses and ports.",
              (rate("tcptrail_time_wait_ends_total", "reason"), "{{reason}}"), stack=True),
        panel("TIME-WAIT table full", "cps", 8,
              "Connections that were closed in order and got no TIME-WAIT.",
              (rate("tcptrail_time_wait_overflows_total", "instance"), "{{instance}}")),
        panel("Mean time in a state", "s", 8, "Of the sockets that left the state.",
              (rate("tcptrail_state_duration_seconds_sum", "state") + " / " +
               rate("tcptrail_state_duration_seconds_count", "state"), "{{state}}")),
        panel("Ephemeral ports used", "percentunit", 8,
              "Share of ip_local_port_range that is in use towards one destination.",
              ("max by (instance) (tcptrail_ephemeral_ports_used_ratio{SEL})", "{{instance}}"),
              limits=(("orange", 0.8), ("red", 0.97))),
    ]),
    ("The trail itself", [
        panel("Records read", "cps", 8, "Records that the exporter read.",
              (rate("tcptrail_records_read_total", "instance"), "{{instance}}")),
        panel("Records lost, by cause", "cps", 8, "limited: SYNs and RSTs that belong to no connection.",
              (rate("tcptrail_records_lost_total", "cause"), "{{cause}}")),
        panel("Hosts without a hook", "none", 8, "Hosts on which a hook could not be attached; without hosts on which it is turned off.",
              ("sum by (hook) (1 - tcptrail_hook_attached{SEL} - tcptrail_hook_disabled{SEL})", "{{hook}}")),
        panel("Connections in memory", "short", 8, "And connections that were dropped because the exporter's memory was full.",
              ("sum by (instance) (tcptrail_tracked_connections{SEL})", "{{instance}}"),
              ("sum by (instance) (increase(tcptrail_evicted_total{SEL}[$__rate_interval]))",
               "{{instance}} dropped")),
        panel("The exporter's memory", "bytes", 8, "Resident memory.",
              ("sum by (instance) (process_resident_memory_bytes{SEL})", "{{instance}}")),
        panel("The exporter's processor time", "percentunit", 8, "Share of one processor.",
              (rate("process_cpu_seconds_total", "instance"), "{{instance}}")),
    ]),
]


def targets(queries, kind):
    return [{
        "refId": chr(ord("A") + i),
        "datasource": DATASOURCE,
        "expr": expression.replace("SEL", SEL),
        "legendFormat": legend or "__auto",
        **({"format": "heatmap"} if kind == "heatmap" else {}),
        **({"instant": True} if kind == "stat" else {}),
    } for i, (expression, legend) in enumerate(queries)]


def field_config(p):
    steps = [{"color": "green", "value": None}]
    steps += [{"color": color, "value": value} for color, value in p["limits"]]
    defaults = {"unit": p["unit"], "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if p["kind"] == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 20 if p["stack"] else 5,
            "stacking": {"mode": "normal" if p["stack"] else "none", "group": "A"},
            "thresholdsStyle": {"mode": "line" if p["limits"] else "off"},
        }
    return {"defaults": defaults, "overrides": []}


def options(kind):
    if kind == "stat":
        return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "colorMode": "value", "graphMode": "area"}
    if kind == "heatmap":
        return {"calculate": False, "yAxis": {"unit": "s"}, "cellGap": 1,
                "color": {"mode": "scheme", "scheme": "Viridis"}, "legend": {"show": True}}
    return {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"}}


def panels():
    made, y = [], 0
    for title, row in ROWS:
        made.append({"id": len(made) + 1, "type": "row", "title": title, "collapsed": False,
                     "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "panels": []})
        x, y = 0, y + 1
        for p in row:
            height = HEIGHT[p["kind"]]
            made.append({
                "id": len(made) + 1,
                "type": p["kind"],
                "title": p["title"],
                "description": p["about"],
                "datasource": DATASOURCE,
                "gridPos": {"x": x, "y": y, "w": p["width"], "h": height},
                "fieldConfig": field_config(p),
                "options": options(p["kind"]),
                "targets": targets(p["queries"], p["kind"]),
            })
            x += p["width"]
            if x >= 24:
                x, y = 0, y + height
        if x:
            y += height
    return made


def variable(name, label, query):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE,
            "query": {"query": query, "refId": name}, "definition": query, "refresh": 2,
            "multi": True, "includeAll": True, "allValue": ".*", "sort": 1,
            "current": {"text": "All", "value": "$__all"}}


DASHBOARD = {
    "uid": "tcptrail",
    "title": "tcptrail",
    "description": "TCP as tcptrail export reports it: one host, or a fleet.",
    "tags": ["tcptrail", "tcp"],
    "schemaVersion": 37,
    "version": 1,
    "editable": True,
    "graphTooltip": 1,
    "refresh": "30s",
    "time": {"from": "now-6h", "to": "now"},
    "timezone": "browser",
    "templating": {"list": [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus",
         "current": {}, "refresh": 1},
        variable("job", "Job", "label_values(tcptrail_trail_up, job)"),
        variable("instance", "Host", 'label_values(tcptrail_trail_up{job=~"$job"}, instance)'),
    ]},
    "annotations": {"list": [{
        "name": "Alerts", "datasource": DATASOURCE, "enable": True, "iconColor": "red",
        "expr": 'ALERTS{alertname=~"Tcptrail.*", alertstate="firing", ' + SEL + "}",
        "titleFormat": "{{alertname}}", "textFormat": "{{instance}}",
    }]},
    "panels": panels(),
}

print(json.dumps(DASHBOARD, indent=1))

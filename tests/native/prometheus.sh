#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# land: slow
#
# A real Prometheus (Debian's) and the real exporter. Two stories of seventy minutes,
# tests/monitoring/sick.story and well.story, are cut off again and again; what the
# exporter says of each piece goes into Prometheus with the time of the cut. On that history every alert's expression has to find the sick host and not the one that is
# well, and every panel has to show something. Then a site's Prometheus, configured as in
# userspace/monitoring, scrapes two running exporters, and another one gets what is sent
# on, both ways.
#
#	tests/native/prometheus.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
needs prometheus promtool jq curl python3
kit=$top/userspace/monitoring

# answers URL LOG: within ten seconds, or the log says why not
answers()
{
	soon 10 curl -sf -o "$work/out" "$1" || fail "$1: no answer: $(tail -n 5 "$2")"
}

# export_on ADDRESS:PORT OPTION...: an exporter that answers
export_on()
{
	local at=$1
	shift
	start "$tool" export --listen "$at" "$@" >"$work/exporter.log" 2>&1
	answers "http://$at/metrics" "$work/exporter.log"
}

# prometheus_on PORT CONFIG DIRECTORY OPTION...
prometheus_on()
{
	local port=$1 config=$2 store=$3
	shift 3
	start prometheus --config.file="$config" --storage.tsdb.path="$store" \
		--web.listen-address="127.0.0.1:$port" --log.level=warn "$@" >>"$work/prometheus.log" 2>&1
	answers "http://127.0.0.1:$port/-/ready" "$work/prometheus.log"
}

# ask PORT QUERY [TIME]: the result, as JSON; "error" if it is none
ask()
{
	curl -s -G "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" \
		${3:+--data-urlencode "time=$3"} |
		jq -c 'if .status == "success" then .data.result else "error", . end'
}

# finds PORT QUERY, vanishes PORT QUERY: within a minute there is a result; there is none
finds()
{
	check "found: $2" soon 60 results '[1-9]*' "$1" "$2"
}

vanishes()
{
	check "not found any more: $2" soon 60 results 0 "$1" "$2"
}

# results NUMBER PORT QUERY: so many, as a pattern
results()
{
	local answer
	answer=$(ask "$2" "$3")
	echo "$answer"
	# shellcheck disable=SC2053 # a pattern
	[[ $(jq -r 'arrays | length' <<<"$answer") == $1 ]]
}

# History: what the exporter says of each piece of a story, with its time.
length=4200
cuts=(600 1200 1800 2400 3000 3150 3300 3450 3600 3750 3900 4050 "$length")
end=$(($(date +%s) - 6 * 3600))

samples()
{
	awk -v host="$1" -v at="$2" '
	!/^#/ && NF {
		value = $NF
		series = substr($0, 1, length($0) - length(value) - 1)
		if (series ~ /}$/)
			sub(/}$/, ",", series)
		else
			series = series "{"
		print series "job=\"tcptrail\",instance=\"" host "\"} " value " " at
	}'
}

for story in sick well; do
	for t in "${cuts[@]}"; do
		"$build/monitoring/story" "$top/tests/monitoring/$story.story" "$work/$story.tt" "$t" || exit 1
		"$tool" export -i "$work/$story.tt" >"$work/$story.metrics" 2>"$work/err" ||
			fail "$story: $(cat "$work/err")"
		samples $story $((end - length + t)) <"$work/$story.metrics" >>"$work/history"
	done
done
echo '# EOF' >>"$work/history"
succeeds promtool check metrics <"$work/sick.metrics"
succeeds promtool tsdb create-blocks-from openmetrics "$work/history" "$work/store"

# Every alert's expression, on that history: the sick host and no other. Those that tell of
# an exporter that is not there, or forgets, have their turn below.
cat >"$work/history.yml" <<-END
	rule_files:
	- $kit/alerts.yml
	- $kit/recording.yml
END
past=$(free_port)
prometheus_on "$past" "$work/history.yml" "$work/store" --storage.tsdb.retention.time=10y
curl -s "http://127.0.0.1:$past/api/v1/rules" |
	jq -c '.data.groups[].rules[] | select(.type == "alerting") | {name, query}' >"$work/alerts"
[ "$(wc -l <"$work/alerts")" -gt 10 ] || fail 'Prometheus knows no alerts'
while read -r alert; do
	name=$(jq -r .name <<<"$alert")
	query=$(jq -r .query <<<"$alert")
	case $name in
	TcptrailExporterDown|TcptrailExportersAbsent|TcptrailTextfileOld|TcptrailTrailDown|TcptrailConnectionsForgotten)
		continue ;;
	esac
	hosts=$(ask "$past" "$query" $end | jq -r '[.[].metric.instance] | unique | join(" ")')
	check "$name finds the sick host alone: $query" is "$hosts" sick
done <"$work/alerts"
query_of()
{
	jq -r "select(.name == \"$1\") | .query" "$work/alerts"
}

# Every panel's query, for both hosts.
jq -c '.panels[].targets[]?.expr' "$kit/dashboard.json" >"$work/queries"
while read -r query; do
	for host in sick well; do
		filled=$(jq -r . <<<"$query")
		filled=${filled//\$job/tcptrail}
		filled=${filled//\$instance/$host}
		filled=${filled//\$__rate_interval/10m}
		ask "$past" "$filled" $end >"$work/answer"
		check "panel: $filled: $(cat "$work/answer")" test "$(jq -r length "$work/answer")" -gt 0
	done
done <"$work/queries"

# What is named anywhere is what the exporter has.
sed -n 's/^# TYPE \([^ ]*\) histogram$/\1\n\1_bucket\n\1_sum\n\1_count/p; s/^# TYPE \([^ ]*\) [a-z]*$/\1/p' \
	"$work/sick.metrics" | sort -u >"$work/known"
cat "$kit"/alerts.yml "$kit"/dashboard.json "$kit"/*.md "$top/userspace/exporter/page.html" | grep -oE '\b(tcptrail|process)_[a-z0-9_]+\b' |
	sort -u | grep -vE '^tcptrail_(state|time_wait|teardown)$' >"$work/named"
for name in $(comm -23 "$work/named" "$work/known"); do
	fail "$name: the exporter has no such metric"
done
while read -r name; do
	check "page.html: tcptrail_$name: a metric" has "$work/known" "^tcptrail_$name\$"
done < <(grep -oE "(sum|rate|info|buckets|showList)\([^'()]*(\('[a-z]+'\), [a-z.]+, )?'[a-z_]+'" \
	"$top/userspace/exporter/page.html" | grep -oE "'[a-z_]+'\$" | tr -d "'" | sort -u)

# Now two exporters that run, a site's Prometheus with the configuration that comes with
# it, and one for all sites: it is sent what is for it, and asks for the same.
site=$(free_port) global=$(free_port)
mkdir -p "$work/site/targets" "$work/global/sites"
for name in sick well; do
	"$build/monitoring/story" "$top/tests/monitoring/$name.story" "$work/$name.tt" $length
done
sick_port=$(free_port)
export_on 127.0.0.1:"$sick_port" -i "$work/sick.tt" --replay --max-connections 1000
well_port=$(free_port)
export_on 127.0.0.2:"$well_port" -i "$work/well.tt" --replay
dead_port=$(free_port)
echo "[{\"targets\": [\"127.0.0.1:$sick_port\", \"127.0.0.2:$well_port\", \"127.0.0.3:$dead_port\"]}]" \
	>"$work/site/targets/all.json"
echo "[{\"targets\": [\"localhost:$site\"]}]" >"$work/global/sites/all.json"
cp "$kit"/*.yml "$work/site"
sed -i "s/: 30s/: 1s/; s#https://metrics.example#http://127.0.0.1:$global#" "$work/site/prometheus.yml"
sed 's/: 60s/: 1s/' "$kit/prometheus-global.yml" >"$work/global/prometheus.yml"
prometheus_on "$global" "$work/global/prometheus.yml" "$work/global/store" \
	--web.enable-remote-write-receiver
prometheus_on "$site" "$work/site/prometheus.yml" "$work/site/store"

finds "$site" 'up{job="tcptrail", instance="127.0.0.1"} == 1'
finds "$site" 'up{job="tcptrail", instance="127.0.0.2"} == 1'

# The alerts that are left. An exporter that does not run; none at all (before there was a
# site); one that forgets; one whose trail ended; a text file that nobody writes any more.
finds "$site" "$(query_of TcptrailExporterDown)"
absent=$(query_of TcptrailExportersAbsent)
check TcptrailExportersAbsent is "$(ask "$past" "$absent" $end | jq -r length)" 1
check TcptrailExportersAbsent is "$(ask "$site" "$absent" | jq -r length)" 0
evicted=$(query_of TcptrailConnectionsForgotten | sed 's/increase(\(.*\)\[10m\])/\1/')
check TcptrailConnectionsForgotten is "$(ask "$site" "$evicted" | jq -r '.[].metric.instance')" 127.0.0.1
check TcptrailTrailDown is "$(ask "$site" "$(query_of TcptrailTrailDown)" | jq -r length)" 0

mkdir "$work/textfile"
chmod 755 "$work" "$work/textfile"
cp "$work/sick.metrics" "$work/textfile/tcptrail.prom"
touch -d '10 minutes ago' "$work/textfile/tcptrail.prom"
start prometheus-node-exporter --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$work/textfile" \
	--web.listen-address="127.0.0.3:$dead_port" >"$work/node.log" 2>&1
finds "$site" "$(query_of TcptrailTextfileOld)"
touch "$work/textfile/tcptrail.prom"
vanishes "$site" "$(query_of TcptrailTextfileOld)"

# What a host costs, with the relabelling and without: README.md has these numbers.
all=$(ask "$site" 'max(scrape_samples_scraped{job="tcptrail"})' | jq -r '.[0].value[1]')
kept=$(ask "$site" 'max(scrape_samples_post_metric_relabeling{job="tcptrail"})' | jq -r '.[0].value[1]')
# about SAID FOUND: to a twentieth
about()
{
	[ $(($1 * 95)) -le $(($2 * 100)) ] && [ $(($1 * 105)) -ge $(($2 * 100)) ]
}
check "README.md: the number of series, $all" about "$(sed -n 's/.*About \([0-9]*\) series.*/\1/p' "$kit/README.md")" "$all"
check "README.md: the number of series, $kept" about "$(sed -n 's/.*leaves about \([0-9]*\) of them.*/\1/p' "$kit/README.md")" "$kept"

# What is for all sites comes there by both ways, and nothing else does.
finds "$global" 'job_state:tcptrail_sockets:sum{state="close_wait", job="tcptrail", site=""} > 0'
finds "$global" 'job_state:tcptrail_sockets:sum{state="close_wait", job="tcptrail", site="localhost"} > 0'
check 'series that are for the site alone' is "$(ask "$global" 'count({__name__=~"tcptrail_.*"})' | jq -r length)" 0

# Every rule could be evaluated, and every alert that is pending or fires says what it has
# to say.
rules=$(curl -s "http://127.0.0.1:$site/api/v1/rules")
check 'rules that failed' is "$(jq -r '.data.groups[].rules[] | select(.health != "ok") | "\(.name) \(.lastError)"' <<<"$rules")" ''
told=$(jq -r '.data.groups[].rules[] | select(.type == "alerting") | .alerts[].annotations | .summary, .description' <<<"$rules")
[ "$(wc -l <<<"$told")" -gt 4 ] || fail "few alerts: $told"
check 'annotations that failed' is "$(grep -iE 'error expanding|<no value>|%!' <<<"$told")" ''

report

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# land: slow
#
# The exporter's page for people, in headless Chromium: first from the exporter itself,
# with the trail of tests/monitoring/sick.story; then from one that behaves badly. What it
# shows, that nothing it reads becomes markup, that it asks nobody else.
#
#	tests/native/page.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story

build=$(realpath "${1:-build}")
top=$(realpath "${BASH_SOURCE[0]%/*}/../..")
page=$top/userspace/export/page.html
work=$(mktemp -d)
passed=0 failed=0 skipped=0

finish()
{
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"
	rm -rf "$work"
}
servers=()
trap finish EXIT

pass()
{
	passed=$((passed + 1))
}

fail()
{
	failed=$((failed + 1))
	echo "FAILED: $*" >&2
}

for program in chromium python3 curl; do
	command -v $program >"$work/out" && continue
	echo "skipped: no $program: scripts/packages monitoring" >&2
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
done

python3 "$top/tests/monitoring/exporter.py" "$page" "$work/asked" >"$work/port" 2>"$work/server.err" &
servers+=($!)
for _ in $(seq 100); do
	[ ! -s "$work/port" ] || break
	sleep 0.1
done
badly=http://127.0.0.1:$(cat "$work/port")

profile=profile
# browse URL OPTION...: seven seconds of its time; console and errors go into $work/log
browse()
{
	local url=$1
	shift
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--disable-background-networking --no-first-run --hide-scrollbars \
		--user-data-dir="$work/$profile" --enable-logging=stderr --virtual-time-budget=7000 \
		"$@" "$url" 2>"$work/log" || fail "$url: chromium: $(tail -3 "$work/log")"
}

# has WHAT PATTERN, lacks WHAT PATTERN: of the page as it has become
has()
{
	if grep -qE -e "$2" "$work/dom"; then
		pass
	else
		fail "$1: no '$2'"
	fi
}

lacks()
{
	if grep -qE -e "$2" "$work/dom"; then
		fail "$1: $(grep -oE -e ".{60}($2).{60}" "$work/dom" | head -1)"
	else
		pass
	fi
}

silent()
{
	if grep -q 'CONSOLE' "$work/log"; then
		fail "the console: $(grep CONSOLE "$work/log" | head -3)"
	else
		pass
	fi
}

# From the exporter: the same numbers as its metrics have, and who is stuck.
"$build/monitoring/story" "$top/tests/monitoring/sick.story" "$work/sick.tt" 4200 || exit 1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
real=http://127.0.0.1:$port
"$build/tcptrail" export -i "$work/sick.tt" --replay --stuck --listen "127.0.0.1:$port" 2>"$work/export.err" &
servers+=($!)
for _ in $(seq 100); do
	! curl -sf -o "$work/metrics" "$real/metrics" || break
	sleep 0.1
done
if curl -s "$real/" | cmp - "$page"; then
	pass
else
	fail "the exporter does not serve page.html: $(cat "$work/export.err")"
fi
browse "$real/" --dump-dom >"$work/dom"
silent
for state in established syn_recv time_wait close_wait; do
	value=$(sed -n "s/^tcptrail_sockets{state=\"$state\"} //p" "$work/metrics" |
		sed ':a; s/\B[0-9]\{3\}\>/,&/; ta')
	name=$(tr 'a-z_' 'A-Z-' <<<"$state")
	has "$state" "$name</th>.{0,200}>${value:-none}</td>"
done
has 'who is stuck' '&lt;script&gt;alert\(1\)\[790\]'
lacks 'what it calls itself, as an element' '<script>alert'
has 'those alike in one row' 'And 139 more like it'
lacks 'a port where there is none' ':undefined'
has 'a missing hook' 'accept – not attached'

# What it shows.
browse "$badly/hostile/" --dump-dom >"$work/dom"
has title '<title>tcptrail 127\.0\.0\.1:[0-9]+</title>'
has states 'ESTABLISHED</th>.*1,234</td>'
has 'a state and its age' 'CLOSE-WAIT</th>.*57</td><td class="n age">45m 31s</td>'
has 'a histogram' '≤ 1 ms</th>.*≤ 1 s</th>.*&gt; 1 s</th>'
has 'a percentile' '9 of 10 within</th><td class="n">1 ms</td>'
has 'stuck sockets' '≥ 1m 1s</td>.*\[2001:db8::1\]:443'
has rates 'Opened.*Ended.*Retransmits'
has status '>recording</span>'
has 'a missing hook' 'not attached'

# Each verdict has its words.
while read -r verdict; do
	if grep -q "'$verdict': '" "$page"; then
		pass
	else
		fail "the page has no words for $verdict"
	fi
done < <(sed -n 's/^\t{ "\([a-z0-9-]*\)", VERDICT_.*/\1/p' "$top"/userspace/model/verdict_*.c)

# Nothing that was read has become an element.
has 'markup as text' '&lt;img src=x onerror='
lacks 'markup as an element' '<img|<script>document\.title'
lacks 'markup that ran' '<title>owned'
silent

# It asks its own exporter, and nobody else: nothing outside is named in it, and the
# browser is told not to ask.
if sort -u "$work/asked" | diff - <(printf '%s\n' /hostile/ /hostile/metrics /hostile/stuck); then
	pass
else
	fail 'it asked for something else'
fi
if grep -oE '(https?:)?//[a-z0-9.]+' "$page" | grep -v 'http://www.w3.org'; then
	fail 'it names something outside'
else
	pass
fi
if grep -q "content=\"default-src 'none'; .*connect-src 'self'" "$page"; then
	pass
else
	fail 'no policy against loading anything else'
fi
if grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function' "$page"; then
	fail 'it makes markup of text'
else
	pass
fi

# When something is wrong.
browse "$badly/down/" --dump-dom >"$work/dom"
has 'no answer' 'no answer from the exporter: it answers 503'
browse "$badly/notrail/" --dump-dom >"$work/dom"
has 'no trail' 'no trail: the module is not loaded'
has 'without names: by verdict' 'CLOSE-WAIT, not closed</th>.*49</td>'

# Without scripts it says what it is, and where to look.
profile=noscript
mkdir -p "$work/$profile/Default"
echo '{"profile":{"default_content_setting_values":{"javascript":2}}}' \
	>"$work/$profile/Default/Preferences"
browse "$badly/hostile/" --dump-dom >"$work/dom"
has 'without scripts' '<noscript><p class="lead"><strong>This page draws the numbers of'
has 'without scripts' '<div class="bar-top" id="top" hidden'
has 'without scripts' '<main id="live" hidden'
profile=profile

# On a telephone, and in the dark.
browse "$badly/probe/" --dump-dom --window-size=400,800 >"$work/dom"
has 'fits 400 pixels' 'data-fits="true"'
browse "$badly/hostile/" --window-size=400,600 --screenshot="$work/light.png" >"$work/out"
browse "$badly/hostile/" --window-size=400,600 --screenshot="$work/dark.png" \
	--blink-settings=preferredColorScheme=0 >"$work/out"
read -r light colours < <(python3 "$top/tests/monitoring/png.py" "$work/light.png")
if [ "${colours:-0}" -gt 100 ] && [ "$light" -gt 180 ]; then
	pass
else
	fail "a picture of $colours colours, brightness $light"
fi
read -r dark colours < <(python3 "$top/tests/monitoring/png.py" "$work/dark.png")
if [ "${colours:-0}" -gt 100 ] && [ "$dark" -lt 70 ]; then
	pass
else
	fail "in the dark: $colours colours, brightness $dark"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

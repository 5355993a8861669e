#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# land: slow
#
# The exporter's page for people, in headless Chromium: first from the exporter itself,
# with the trail of tests/monitoring/sick.story; then from one that behaves badly. What it
# shows, that nothing it reads becomes markup, that it asks nobody else.
#
#	tests/native/page.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
needs chromium python3 curl
page=$top/userspace/exporter/page.html

start python3 "$top/tests/monitoring/exporter.py" "$page" "$work/asked" >"$work/port" 2>"$work/server.err"
soon 10 test -s "$work/port"
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

# shows WHAT PATTERN, hides WHAT PATTERN: the page, as it has become
shows()
{
	check "$1: $2" has "$work/dom" "$2"
}

hides()
{
	check "$1" lacks "$work/dom" "$2"
}

silent()
{
	check 'the console' lacks "$work/log" CONSOLE
}

# From the exporter: the same numbers as its metrics have, and who is stuck.
"$build/monitoring/story" "$top/tests/monitoring/sick.story" "$work/sick.tt" 4200 || exit 1
port=$(free_port)
real=http://127.0.0.1:$port
start "$tool" export -i "$work/sick.tt" --replay --stuck --listen "127.0.0.1:$port" 2>"$work/export.err"
soon 10 curl -sf -o "$work/metrics" "$real/metrics"
check "the exporter serves page.html: $(cat "$work/export.err")" cmp "$page" <(curl -s "$real/")
browse "$real/" --dump-dom >"$work/dom"
silent
for state in established syn_recv time_wait close_wait; do
	value=$(sed -n "s/^tcptrail_sockets{state=\"$state\"} //p" "$work/metrics" |
		sed ':a; s/\B[0-9]\{3\}\>/,&/; ta')
	name=$(tr 'a-z_' 'A-Z-' <<<"$state")
	shows "$state" "$name</th>.{0,200}>${value:-none}</td>"
done
shows 'who is stuck' '&lt;script&gt;alert\(1\)\[790\]'
hides 'what it calls itself, as an element' '<script>alert'
shows 'those alike in one row' 'And 139 more like it'
hides 'a port where there is none' ':undefined'
shows 'a missing hook' 'request_kill – not attached'

# What it shows.
browse "$badly/hostile/" --dump-dom >"$work/dom"
shows title '<title>tcptrail 127\.0\.0\.1:[0-9]+</title>'
shows states 'ESTABLISHED</th>.*1,234</td>'
shows 'a state and its age' 'CLOSE-WAIT</th>.*57</td><td class="n age">45m 31s</td>'
shows 'a histogram' '≤ 1 ms</th>.*≤ 1 s</th>.*&gt; 1 s</th>'
shows 'a percentile' '9 of 10 within</th><td class="n">1 ms</td>'
shows 'stuck sockets' '≥ 1m 1s</td>.*\[2001:db8::1\]:443'
shows rates 'Opened.*Ended.*Retransmits'
shows status '>recording</span>'
shows 'a missing hook' 'not attached'
shows 'a hook that this kernel does not have' '<li>reset_abort – off'

# Each verdict has its words.
while read -r verdict; do
	check "words for $verdict" has "$page" "'$verdict': '"
done < <(sed -n 's/^\t{ "\([a-z0-9-]*\)", VERDICT_.*/\1/p' "$top"/userspace/diagnose/verdict_*.c)

# Nothing that was read has become an element.
shows 'markup as text' '&lt;img src=x onerror='
hides 'markup as an element' '<img|<script>document\.title'
hides 'markup that ran' '<title>owned'
silent

# It asks its own exporter, and nobody else: nothing outside is named in it, and the
# browser is told not to ask.
check 'what it asks for' \
	diff <(sort -u "$work/asked") <(printf '%s\n' /hostile/ /hostile/metrics /hostile/stuck)
check 'what is outside and named' \
	is "$(grep -oE '(https?:)?//[a-z0-9.]+' "$page" | sort -u)" http://www.w3.org
check 'a policy against loading anything else' \
	has "$page" "content=\"default-src 'none'; .*connect-src 'self'"
check 'no markup is made of text' \
	lacks "$page" 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function'

# When something is wrong.
browse "$badly/down/" --dump-dom >"$work/dom"
shows 'no answer' 'no answer from the exporter: it answers 503'
browse "$badly/notrail/" --dump-dom >"$work/dom"
shows 'no trail' 'no trail: the module is not loaded'
shows 'without names: by verdict' 'CLOSE-WAIT, not closed</th>.*49</td>'

# Without scripts it says what it is, and where to look.
profile=noscript
mkdir -p "$work/$profile/Default"
echo '{"profile":{"default_content_setting_values":{"javascript":2}}}' \
	>"$work/$profile/Default/Preferences"
browse "$badly/hostile/" --dump-dom >"$work/dom"
shows 'without scripts' '<noscript><p class="lead"><strong>This page draws the numbers of'
shows 'without scripts' '<div class="bar-top" id="top" hidden'
shows 'without scripts' '<main id="live" hidden'
profile=profile

# On a telephone, and in the dark.
browse "$badly/probe/" --dump-dom --window-size=400,800 >"$work/dom"
shows 'fits 400 pixels' 'data-fits="true"'
browse "$badly/hostile/" --window-size=400,600 --screenshot="$work/light.png" >"$work/out"
browse "$badly/hostile/" --window-size=400,600 --screenshot="$work/dark.png" \
	--blink-settings=preferredColorScheme=0 >"$work/out"
read -r light colours < <(python3 "$top/tests/monitoring/png.py" "$work/light.png")
check "a picture of many colours: $colours" test "${colours:-0}" -gt 100
check "… and bright: $light" test "$light" -gt 180
read -r dark colours < <(python3 "$top/tests/monitoring/png.py" "$work/dark.png")
check "in the dark, of many colours: $colours" test "${colours:-0}" -gt 100
check "… and dark: $dark" test "$dark" -lt 70

report

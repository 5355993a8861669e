# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154 # not unassigned: by tests/truth/run
#
# What the commands have to say of a situation, and whether they do. The verbs of
# expect():
#
#	provoked PATTERN...		a record of the raw trail has all of them
#	unrecorded PATTERN...		none has
#	says WHAT PATTERN...		a line of WHAT has all of the patterns
#	never WHAT PATTERN...		no line of it has all of them
#	count N WHAT PATTERN...		N lines have them
#	felt NAME PATTERN		the program of that name met with that error
#	since VERSION			was it played on that kernel, or on a later one? for what
#					kernels do, or tell, differently
#
# When all sockets have gone, all counts of live ones have to be 0, after every situation.
#
# A PATTERN is KEY=VALUE, a member of the JSON with a VALUE (an extended regular
# expression) or an array with such an element; "peer.KEY=VALUE" looks into "peer", KEY
# alone outside it. Or it has no KEY= and may match anywhere in the line.
#
# WHAT is the output of a command:
#
#	life		life --open --json
#	explain		explain --all --json, of every connection
#	stuck		stuck --json
#	each		stuck --all --json
#	top		top --once --json
#	counters	export --once
#
# and has to be so from the device and from the file that was recorded then, each by
# itself. WHAT@MODE is one of them only: @live, @file; @without and @late are "stuck"
# before and after the module was loaded into the situation ("tell late"); @NAME is what
# "look NAME" saw in the middle of play().
#
# $played has a directory for each situation that was played on $kernel, $tool is tcptrail. With
# $recordings, there is nothing but files that were recorded once, DIRECTORY/NAME.tt, and
# only what is said of those is judged.

total=0 failures=0

situation()
{
	name=$1 source=$2
}

# What an output was, for people who look at a failure.
show()
{
	case $1 in
	*/watch)	"$tool" watch -i "${1%/file/watch}/trail.tt" --relative --no-header ;;
	*/explain)	sed 's/^{.*"names"/{"names"/' "$1" ;;
	*/life)	sed 's/"[a-z_]*\(seconds\|address\|s\|time\|_ns\|uid\|cgroup\|cookie\|ce\)":[^,]*,//g' "$1" ;;
	*)		cat "$1" ;;
	esac | head -n 40 | cut -c 1-600
}

# matching FILE PATTERN...: how many of its lines have them all.
matching()
{
	matched=$1
	shift
	printf '%s\n' "$@" >"$work/patterns"
	awk '
	function regex(p,	at, key, value)
	{
		if (p !~ /^[a-z0-9_.]+=/)
			return p
		at = index(p, "=")
		key = substr(p, 1, at - 1)
		value = substr(p, at + 1)
		sub(/^peer\./, "", key)
		return "\"" key "\":(\"?(" value ")\"?[,}]|\\[[^]]*\"(" value ")\")"
	}
	FNR == NR {
		wanted[++n] = regex($0)
		of_peer[n] = /^peer\./
		next
	}
	{
		at = index($0, "\"peer\":{")
		own = at ? substr($0, 1, at - 1) "}" : $0
		peer = at ? substr($0, at) : ""
		for (i = 1; i <= n; i++) {
			part = wanted[i] ~ /^"/ ? (of_peer[i] ? peer : own) : $0
			if (part !~ wanted[i])
				next
		}
		count++
	}
	END { print count + 0 }' "$work/patterns" "$matched"
}

# The modes in which an output is looked at here.
modes_of()
{
	case $1 in
	*@file)	echo file ;;
	*@*)	[ "$recordings" ] || echo "${1#*@}" ;;
	watch)	echo file ;;
	*)	echo "$modes" ;;
	esac
}

# expectation TEXT LEAST MOST WHAT PATTERN...: so many lines have them, in each mode.
expectation()
{
	text=$1 least=$2 most=$3 what=$4
	shift 4
	shown=
	for mode in $(modes_of "$what"); do
		file=$outputs/$mode/${what%@*}
		found=$(matching "$file" "$@")
		if [ "$found" -lt "$least" ] || [ "$found" -gt "$most" ]; then
			echo "$mode: $text: $found lines" >>"$work/failed"
			shown=$file
		fi
	done
	[ -z "$shown" ] || show "$shown" >>"$work/failed"
}

many=1000000

provoked()
{
	expectation "provoked $*" 1 $many watch "$@"
}

unrecorded()
{
	expectation "unrecorded $*" 0 0 watch "$@"
}

says()
{
	expectation "says $*" 1 $many "$@"
}

never()
{
	expectation "never $*" 0 0 "$@"
}

count()
{
	number=$1
	shift
	expectation "count $number $*" "$number" "$number" "$@"
}

felt()
{
	[ "$recordings" ] || grep -qE -- "$2" "$outputs/log.$1" ||
		echo "felt $*: its log is: $(head -n 3 "$outputs/log.$1")" >>"$work/failed"
}

nothing_left()
{
	[ "$recordings" ] || expectation 'nothing left' 0 0 left@after .
}

since()
{
	[ "$(printf '%s\n' "$1" "$kernel" | sort -V | head -n 1)" = "$1" ]
}

# ask MODE OPTION...: every command's output, into the directory of that mode.
ask()
{
	dir=$outputs/$1
	shift
	mkdir -p "$dir"
	"$tool" watch --json "$@" >"$dir/watch"
	"$tool" life --open --json "$@" >"$dir/life"
	"$tool" explain --all --json "$@" ::/0 >"$dir/explain"
	"$tool" explain --all --ascii "$@" ::/0 >"$dir/explain.text"
	"$tool" stuck --json "$@" >"$dir/stuck"
	"$tool" stuck "$@" >"$dir/stuck.text"
	"$tool" stuck --all --json "$@" >"$dir/each"
	"$tool" top --once --json "$@" >"$dir/top"
	"$tool" export --once "$@" >"$dir/counters"
}

# still WHAT PATTERN: such lines of an output are about sockets that are not there.
still()
{
	grep -E -- "$2" "$outputs/after/$1" | sed "s/^/$1: /" >>"$outputs/after/left"
}

look_for_phantoms()
{
	: >"$outputs/after/left"
	still life '"end":"lives"'
	still each .
	still top '"now":[1-9]'
	still counters '^tcptrail_(sockets|stuck_sockets|oldest_[a-z_]*)(\{.*)? [^0]'
	still sockets .
}

# The sentences of JSON, a line each.
sentences()
{
	awk '
	function tell(text)
	{
		gsub(/","/, "\n", text)
		print text
	}
	function member(start, end,	at, rest)
	{
		at = index($0, start)
		rest = substr($0, at + length(start))
		if (at)
			tell(substr(rest, 1, index(rest, end) - 1))
	}
	{
		member("\"sentences\":[\"", "\"]")
		member("\"sentence\":\"", "\"")
		member("\"remedy\":\"", "\"")
	}' "$1"
}

without_numbers()
{
	sed 's/[0-9][0-9.a-z]*/N/g'
}

# They stand in the text, in the same words; numbers are of another moment.
same_words()
{
	for what in file/explain file/stuck live/stuck; do
		[ -e "$outputs/$what" ] || continue
		tr -s ' \n' '  ' <"$outputs/$what.text" | without_numbers >"$work/flat"
		sentences "$outputs/$what" | without_numbers | while IFS= read -r sentence; do
			grep -qF -- "$sentence" "$work/flat" ||
				echo "the text of $what does not say: $sentence"
		done >>"$work/failed"
	done
}

# For those who write a situation: what everybody said of it.
tell_all()
{
	echo "## $section: $name"
	for file in "$outputs"/log.*; do
		[ ! -s "$file" ] || { echo "== ${file##*/}"; cat "$file"; }
	done
	"$tool" watch -i "$outputs/trail.tt" --relative --show-netns
	for file in live/life live/explain live/stuck.text live/each file/each without/stuck \
		late/stuck after/left errors; do
		[ ! -s "$outputs/$file" ] || { echo "== $file"; cat "$outputs/$file"; }
	done | sed 's/"steps":.*"names"/"names"/'
	cat "$outputs/file/explain.text"
	grep -E '^tcptrail_.* [1-9]' "$outputs/live/counters" |
		grep -vE 'bucket|hook_attached|duration|_wait_seconds'
}

# As TAP.
result()
{
	total=$((total + 1))
	if [ -s "$work/failed" ]; then
		failures=$((failures + 1))
		echo "not ok $total - $section: $name ($source)"
		sed 's/^/# /' "$work/failed"
	else
		echo "ok $total - $section: $name"
	fi
}

tell()
{
	wanted || return 0
	: >"$work/failed"
	if [ "$recordings" ]; then
		[ -e "$recordings/$name.tt" ] || return 0
		outputs=$work/outputs
		ask file -i "$recordings/$name.tt" 2>"$work/errors"
	else
		outputs=$played/$name
		if [ ! -s "$outputs/trail.tt" ]; then
			echo 'was not played to its end' >>"$work/failed"
			result
			return
		fi
		ask file -i "$outputs/trail.tt" 2>"$outputs/errors"
		look_for_phantoms
	fi
	expect
	nothing_left
	same_words
	[ -z "$verbose" ] || tell_all
	result
}

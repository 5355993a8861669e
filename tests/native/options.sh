#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every option of every command with a value that is none: one clear line on
# standard error that names the option, the value and what it has to be, nothing on
# standard output, and a status that is not 0. Which commands and options there are
# is read from tcptrail --help: one that is not in the table below fails.
#
#	tests/native/options.sh [BUILD]	BUILD (build) holds tcptrail
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
long=$(printf 'x%.0s' {1..5000})

# COMMAND (* for every one that has it), OPTION (- for what is no option), a bad
# value, and what has to be said of it.
table()
{
	cat <<-'END'
	*        -i          /nowhere/trail     no such file: give one that tcptrail record wrote
	*        -i          /etc/passwd        not a trail: give a file that tcptrail record wrote
	*        -i          /                  Is a directory
	*        --device    /nowhere/device    not there: is the module loaded
	*        --device    /dev/null          no tcptrail device: give
	*        --port      0                  has to be a port from 1 to 65535
	*        --port      65536              has to be a port
	*        --port      80,                has to be a port
	*        --port      http               has to be a port
	*        --port      -1                 has to be a port
	*        --addr      10.0.0.0/33        has to be an address
	*        --addr      10.0.0             has to be an address
	*        --addr      localhost          has to be an address
	*        --addr      ::1/129            has to be an address
	*        --addr      10.0.0.0/          has to be an address
	*        --netns     x                  has to be the inode number
	*        --netns     4294967296         has to be the inode number
	*        --comm      12345678901234567  has to be .*16 bytes
	*        --pid       0                  has to be a process id
	*        --pid       99999999999        has to be a process id
	*        --kind      all                has to be transitions
	*        --state     OPEN               e\.g\. CLOSE-WAIT
	*        --state     time_wait,,        e\.g\. CLOSE-WAIT
	*        --count     0                  has to be a number from 1
	*        --count     1x                 has to be a number from 1
	*        --count     -1                 has to be a number from 1
	*        --count     18446744073709551616  has to be a number from 1
	*        --duration  0                  has to be a time above 0: 3, 500ms
	*        --duration  -1s                has to be a time above 0
	*        --duration  5y                 has to be a time above 0
	*        --duration  584y               has to be a time above 0
	*        --duration  99999999999d       has to be a time above 0
	*        --older     soon               has to be a time: 10s
	*        --older     -1                 has to be a time: 10s
	*        --color     red                has to be auto, always or never
	*        --speed     0                  has to be a number from 0.01
	*        --speed     1x                 has to be a number from 0.01
	*        --speed     nan                has to be a number from 0.01
	*        --speed     1e99               has to be a number from 0.01
	top      --interval  0                  has to be a time from 100ms to 1h
	top      --interval  99ms               has to be a time from 100ms
	top      --interval  2h                 has to be a time from 100ms
	top      --interval  soon               has to be a time from 100ms
	export   --listen    9714               has to be ADDR:PORT
	export   --listen    127.0.0.1:65536    has to be ADDR:PORT
	export   --listen    ::1:9714           has to be ADDR:PORT
	export   --listen    [::1]              has to be ADDR:PORT
	export   --listen    localhost:9714     has to be ADDR:PORT
	export   --listen    192.0.2.1:9714     Cannot assign requested address
	export   --textfile  /nowhere/dir       has to be a directory
	export   --textfile  /etc/passwd        has to be a directory
	export   --interval  0                  has to be a time from 1s
	export   --interval  999ms              has to be a time from 1s
	export   --interval  soon               has to be a time from 1s
	export   --by-port   0                  has to be ports with commas
	export   --by-port   80,                has to be ports with commas
	export   --by-port   80,http            has to be ports with commas
	export   --by-port   65536              has to be ports with commas
	export   --by-port   1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17  16 ports at most
	export   --user      nobody-at-all      has to be a user of this machine
	export   --max-connections 0            has to be a number from 1
	export   --max-connections 1e6          has to be a number from 1
	export   --max-connections 16777217     has to be a number from 1
	watch    -           extra              takes options only
	export   -           extra              takes options only
	top      -           extra              takes options only
	life     -           extra              takes options only
	stuck    -           extra              takes options only
	status   -           extra              takes options only
	record   -           /etc/passwd        exists: .*--force
	explain  -           :80x               has to be :PORT, ADDRESS, ADDRESS:PORT
	explain  -           :65536             has to be :PORT
	explain  -           []                 has to be :PORT
	explain  -           10.0.0.1-10.0.0.2-10.0.0.3  has to be :PORT
	explain  -           cookie:0           has to be :PORT
	explain  -           cookie:-1          has to be :PORT
	explain  --svg       /nowhere/picture   No such file or directory: has to be a file to write to
	explain  --svg       /                  Is a directory: has to be
	explain  --svg       /etc/passwd/x      Not a directory: has to be
	help     -           frob               no such command
	END
}

# What a command needs beside the option.
words()
{
	case $1 in
	record)	 echo "$work/new" ;;
	explain) echo :80 ;;
	esac
}

# In brief, on one line, for a message.
shown()
{
	printf '%q ' "$@" | cut -c1-160
}

# run COMMAND…: its words in out and err. A command that takes it all would wait for
# records, or clients: then its time is up.
run()
{
	timeout -k 5 20 "$tool" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# refuses PATTERN VALUE COMMAND…
refuses()
{
	local pattern=$1 value=$2
	shift 2
	run "$@"
	local err out first
	mapfile -t err <"$work/err"
	mapfile -t out <"$work/out"
	first=${err[0]-}
	if [ $status = 124 ]; then
		fail "$(shown "$@"): was taken, and ran"
	elif [ $status = 0 ] || [ $status -gt 2 ]; then
		fail "$(shown "$@"): status $status"
	elif [ ${#err[@]} != 1 ] || [ ${#out[@]} != 0 ]; then
		fail "$(shown "$@"): not one line on standard error, nothing on the other:" \
			"${first:0:200} ${err[1]-}"
	elif [[ $first =~ [[:cntrl:]] ]]; then
		fail "$(shown "$@"): what a terminal would obey: ${first@Q}"
	elif [[ $first != "tcptrail ${1-}: "* && $first != "tcptrail: "* ]]; then
		fail "$(shown "$@"): does not say who speaks: $first"
	elif [[ $first != *"$value"* ]]; then
		fail "$(shown "$@"): does not name the value: $first"
	elif ! [[ $first =~ $pattern ]]; then
		fail "$(shown "$@"): no '$pattern' in: $first"
	else
		pass
	fi
}

# options COMMAND: from its help, each with its VALUE if it takes one
options()
{
	"$tool" help "$1" | sed -E 's/^  (-[a-zA-Z]), (--[a-z0-9-]+)(  .*)$/  \1\3\n  \2\3/' |
		sed -nE 's/^  (-[a-zA-Z]|--[a-z0-9-]+)( [A-Z[][^ ]*)?(  .*)?$/\1\2/p'
}

# Their names alone: also of one whose value may be left out.
names()
{
	options "$1" | cut -d ' ' -f 1
	"$tool" help "$1" | sed -nE 's/^  (--[a-z0-9-]+)\[=.*/\1/p'
}

rows()
{
	table | awk -v command="$1" -v option="$2" \
		'($1 == command || $1 == "*") && $2 == option'
}

# Whatever is wrong with all values: nothing, too much, what is meant for printf or
# a terminal. How it is told is not looked at but that it is one line.
hostile()
{
	local value option=${!#}
	set -- "${@:1:$#-1}"
	for value in '' $'/nowhere/\033[31m%s%n\nred'"$long"; do
		case $option in
		--*)	refuses '' '' "$@" "$option=$value" ;;
		*)	refuses '' '' "$@" "$option$value" ;;
		esac
	done
}

check_option()
{
	local command=$1 option=$2 value=$3 rest pattern bad found=0
	read -ra rest <<<"$(words "$command")"
	if [ -z "$value" ]; then
		[ "${option#--}" != "$option" ] || return # -v=1 is -v -= -1
		refuses "'$option=1': takes no value" "$option=1" "$command" "${rest[@]}" "$option=1"
		return
	fi
	refuses "'$option': needs a value" "$option" "$command" "${rest[@]}" "$option"
	hostile "$command" "${rest[@]}" "$option"
	while read -r _ _ bad pattern; do
		found=1
		refuses "$pattern" "$bad" "$command" "${rest[@]}" "$option" "$bad"
	done < <(rows "$command" "$option")
	[ $found = 1 ] || fail "$command $option: no bad value for it in the table"
}

# A command has a page of its own, or is told of in tcptrail(1).
page_of()
{
	local page=userspace/man/tcptrail-$1.1

	[ -e "$page" ] || page=userspace/man/tcptrail.1
	echo "$page"
}

# Every option is in the manual.
check_manual()
{
	local option
	while read -r option; do
		if sed 's/\\-/-/g' "$(page_of "$1")" | grep -qE -e "(^|[^a-z-])$option([^a-z-]|\$)"; then
			pass
		else
			fail "$1 $option: not in $(page_of "$1")"
		fi
	done < <(names "$1")
}

# And every one that the manual explains is one of its command's, or of any that the
# page is about.
check_pages()
{
	local command page option
	for page in userspace/man/tcptrail*.1; do
		for command in $commands; do
			[ "$(page_of "$command")" != "$page" ] || names "$command"
		done | sort -u >"$work/known"
		while read -r option; do
			if grep -qxF -e "$option" "$work/known"; then
				pass
			else
				fail "$page: $option is no option"
			fi
		done < <(grep -A1 '^\.TP' "$page" | sed 's/\\-/-/g' |
			grep -oE '(--[a-z][a-z-]*|\.B[IR]* -[a-z]\b)' | sed 's/^\.B[IR]* //' | sort -u)
	done
}

check_command()
{
	local command=$1 option value pattern bad found=0 rest
	read -ra rest <<<"$(words "$command")"
	if [ "$command" != help ]; then
		refuses "'--frob': not known" --frob "$command" "${rest[@]}" --frob
		refuses "'-z': not known" -z "$command" "${rest[@]}" -z
	fi
	while read -r option value; do
		check_option "$command" "$option" "$value"
	done < <(options "$command")
	while read -r _ _ bad pattern; do
		found=1
		refuses "$pattern" "$bad" "$command" "$bad"
	done < <(rows "$command" -)
	[ $found = 1 ] || fail "$command: no bad word for it in the table"
}

# completed WORD…: what bash offers for the last of them.
completed()
{
	bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_tcptrail "$1" && printf "%s\n" "${COMPREPLY[@]}"' - \
		"$top/userspace/completions/tcptrail" "$tool" "$@" | sort
}

commands=$("$tool" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
for command in $commands; do
	check_command "$command"
	check_manual "$command"
	check "$command: completed" is "$(completed "$command" -)" \
		"$(names "$command" | grep -v '^-[^i-]' | sort)"
done
check 'commands completed' is "$(completed '')" "$(sort <<<"$commands")"
for state in $(completed stuck --state ''); do
	run stuck -i "$top/tests/recordings/6.1/abandoned.tt" --state "$state"
	check "completed: --state $state" test "$status" = 0
done
check 'a word completed' is "$(completed stuck --ol)" --older
check 'a file is left to bash' is "$(completed record x)" ''
check_pages
# A help that is written otherwise than it is read here is no success.
[ "$(wc -w <<<"$commands")" -ge 7 ] || fail "commands: only '$commands'"
[ "$(options watch | wc -l)" -ge 19 ] || fail "watch: only '$(options watch)'"

report

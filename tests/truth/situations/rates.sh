# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Rates and forecasts come from what began and what ended.

situation healthy-pool 'reactor-netty#938: 15 CLOSE-WAITs at any time, each closed 15 s later'
play()
{
	on s server listen s:80 dismiss
	sleep 1
	on c pool limit 256 sawtooth s:80 1000 15
	sleep 20
	look first --older 1s
	sleep 20
	look second --older 1s
	sleep 20
	look third --older 1s
}
expect()
{
	provoked kind=socket old_state=close_wait new_state=last_ack comm=pool
	never stuck@first out_seconds=.+
	never stuck@second out_seconds=.+
	never stuck@third out_seconds=.+
	never stuck@third 'last descriptor'
	says stuck@third comm=pool 'begun=[456][0-9]' 'ended=[345][0-9]' 'were added and'
}
tell

situation steady-leak 'one each 2 s, 200 descriptors: they last for some five minutes'
play()
{
	on s drip limit 200 listen s:7001 acceptall
	sleep 1
	on c visitor visit s:7001 100 2000
	sleep 100
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7001
	says stuck@live comm=drip 'out_seconds=(2[5-9][0-9]|3[0-4][0-9])[0-9.]*'
	says stuck@live comm=drip 'per_hour=1[78][0-9][0-9]'
	says stuck@live comm=drip ended=0 'At this rate its last descriptor'
}
tell

situation leak-that-has-stopped 'one a second for half a minute, none for 80 s'
play()
{
	on s drip limit 400 listen s:7001 acceptall
	sleep 1
	on c visitor visit s:7001 30 1000
	sleep 110
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7001
	says stuck 'verdict=close-wait-(leak|end-unread)' comm=drip count=30
	never stuck out_seconds=.+
	never stuck 'last descriptor'
	never stuck per_hour=.+
	says stuck@live comm=drip ended=0 'the last one was added [89][0-9] s ago'
}
tell

situation burst-long-ago '50 at once, and then none for two minutes'
play()
{
	on s burst limit 400 listen s:7002 acceptall
	sleep 1
	on c visitor visit s:7002 50 0
	sleep 120
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7002
	says stuck 'verdict=close-wait-(leak|end-unread)' comm=burst count=50
	never stuck out_seconds=.+
	never stuck 'last descriptor'
}
tell

situation seconds-of-history 'a leak of 12 s is no forecast of the next hour'
play()
{
	on s fresh limit 400 listen s:7001 acceptall
	sleep 1
	on c visitor visit s:7001 12 1000
	sleep 13
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7001
	says stuck comm=fresh
	never stuck out_seconds=.+
	never stuck 'last descriptor'
}
tell

situation leak-older-than-the-module 'ages that are lower bounds are no rate'
play()
{
	on s old limit 400 listen s:7001 acceptall
	sleep 1
	on c visitor visit s:7001 20 200
	sleep 60
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7001
	says stuck@late 'verdict=close-wait-(leak|end-unread)' age_at_least=true
	never stuck@late out_seconds=.+
	never stuck@without out_seconds=.+
	never stuck@late 'last descriptor'
}
tell late

situation leak-with-closes 'of three that begin two are closed: net is what counts'
play()
{
	on s mixed limit 400 listen s:7001 repeat 100 accept 3 only 0 2 close all end wait
	sleep 1
	on c visitor visit s:7001 90 1000
	sleep 110
}
expect()
{
	provoked kind=socket old_state=close_wait new_state=last_ack comm=mixed
	provoked kind=socket new_state=close_wait local_port=7001
	never stuck@live 'per_hour=[2-9][0-9][0-9][0-9]'
	# All 90 of the visitor, or those of the window, whose beginning differs by kernel.
	says stuck@live comm=mixed 'begun=(8[0-9]|90)' 'ended=(5[0-9]|60)'
}
tell

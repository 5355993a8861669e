# An hour and ten minutes as they ought to be: a server and client that are busy. One
# SYN in a hundred is lost, a peer closes first and its end follows ten seconds later.
0	0.2	20500	../unit/ladder/four_way.script
0	40	104	../unit/ladder/syn_lost.script
0	60	69	../unit/ladder/half_close.script

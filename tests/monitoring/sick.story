# An hour and ten minutes in which every alert has its reason.
0	30	140	leak.script
4155	0.0016	28000	churn.script
4000	0.1	2000	half_open.script
4152	1	10	unaccepted.script
10	20	209	overflow.script
10	0.5	8370	../unit/ladder/syn_unanswered.script
10	30	139	lost.script
missing request_kill

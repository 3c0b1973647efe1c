"""Hits of libCacheSim's LRU and Belady on standard input, for each size up to the number of objects: a line for each."""

import sys

import libcachesim

NEVER = 2**63 - 1

trace = [int(word) for word in sys.stdin.read().split()]
next_use = [NEVER] * len(trace)
seen = {}
for i in range(len(trace) - 1, -1, -1):
    next_use[i] = seen.get(trace[i], NEVER)
    seen[trace[i]] = i

for policy in (libcachesim.LRU, libcachesim.Belady):
    hits = []
    for size in range(1, max(trace) + 2):
        cache = policy(size)
        number = 0
        for i, expert in enumerate(trace):
            request = libcachesim.Request()
            request.obj_id = expert + 1
            request.obj_size = 1
            request.clock_time = i
            request.next_access_vtime = next_use[i]
            number += cache.get(request)
        hits.append(number)
    print(*hits)

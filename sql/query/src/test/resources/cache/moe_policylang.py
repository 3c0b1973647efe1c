"""Hits of moe-policylang's LRU and Belady on standard input, for each size up to the number of experts: a line for each."""

import sys

import numpy
from moe_policylang.benchmark.replay import POLICIES

trace = [int(word) for word in sys.stdin.read().split()]
experts = max(trace) + 1
# It reads the gates of tokens, and takes the experts with the largest probabilities.
gates = numpy.zeros((len(trace), experts), dtype=numpy.float32)
gates[numpy.arange(len(trace)), trace] = 1

for policy in ("topk_lru", "belady"):
    hits = []
    for size in range(1, experts + 1):
        number, uses = POLICIES[policy](gates, 1, size)
        assert uses == len(trace)
        hits.append(number)
    print(*hits)

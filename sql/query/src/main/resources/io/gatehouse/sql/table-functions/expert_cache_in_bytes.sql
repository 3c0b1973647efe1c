-- One row per phase: how often experts are found in a cache of a number of bytes that serves prompts and generated tokens.
--
-- Title: Expert cache in bytes
-- Definition: the recorded decisions are replayed as a program serves them that computes one question after another, by
--   number: a layer of the prompt needs the experts of all its tokens at once, each of them once, and then each generated
--   token needs its own, through all layers. The cache belongs to the model, or each layer has one of an equal part of the
--   bytes; it is not emptied between questions. Experts that are needed together are in memory together: they stay until the
--   next use of the cache, and others go, by the policy, until what is left fits. So a cache holds more than its size where
--   experts that are needed together take more: that of a layer always has all that its last use needed, of a prompt all
--   that its tokens used, and with few bytes, or none, its hit rate is of that. largest_mb says how much is held. Policies: lru keeps what was used last, of a
--   prompt by the last of its tokens that uses it, of one token the later ranks; lfu what was used most often since the
--   beginning, whether in the cache or not, a prompt counting once, then what was used last; belady what is used again
--   soonest, which with experts of one size no policy exceeds. The sizes are layers.expert_bytes, those of the checkpoint
--   that was run; a run that does not have them is refused. A run that recorded the last tokens of prompts only has no
--   rows: what the rest of a prompt brings into the cache is not known.
-- Formula: with n uses, hit_rate = hits / n; cold_misses are first uses of an expert; evicted_misses = n - hits -
--   cold_misses; read_gb = sum of the bytes of all misses / 10^9. The rate of both phases is sum(hits) / sum(n).
-- Source: the replay of Helldez/BigMoeOnEdge, docs/bench-data/2026-07-20-cache-replay, whose numbers
--   of these policies it gives for the traces of gpt-oss-120b, Qwen3-30B-A3B and Gemma 4 26B-A4B, at all sizes.
-- Version: 2
-- Example: SELECT phase, n, hits, cold_misses, evicted_misses, hit_rate, read_gb, largest_mb
--   FROM expert_cache_in_bytes(1, 0.5, 'model', 'lru')
--   ORDER BY phase DESC
--
-- Parameters:
--   run INTEGER of runs: The run
--   memory_mb DOUBLE from 0: Size of the cache, or of those of all layers together, in megabytes of 10^6 bytes
--   cache_of VARCHAR in layer, model: layer (each layer has a cache of its own) or model (one cache for the experts of all layers)
--   policy VARCHAR in lru, lfu, belady: lru, lfu or belady
--
-- Columns:
--   phase VARCHAR: prompt or generated
--   n BIGINT: Number of uses of experts, where a prompt uses an expert of a layer once
--   hits BIGINT: Number of uses of experts that were in the cache
--   cold_misses BIGINT: Number of misses of experts that were not used before
--   evicted_misses BIGINT: Number of other misses
--   hit_rate DOUBLE: Share of uses that are hits, 0 to 1
--   read_gb DOUBLE: Size of all experts that were read, in gigabytes of 10^9 bytes
--   largest_mb DOUBLE: Largest size of the experts that were in the cache, in megabytes of 10^6 bytes
WITH sizes AS (
    SELECT CAST(max(expert) + 1 AS INTEGER) AS stride, CAST((max(layer) + 1) * (max(expert) + 1) AS INTEGER) AS keys
    FROM experts
    WHERE run_id = $run
)
SELECT
    phase,
    n,
    hits,
    cold_misses,
    n - hits - cold_misses AS evicted_misses,
    hits / n AS hit_rate,
    bytes_read / 1e9 AS read_gb,
    largest / 1e6 AS largest_mb
FROM (
    SELECT
        split_part(item, ' ', 1) AS phase,
        CAST(split_part(item, ' ', 2) AS BIGINT) AS n,
        CAST(split_part(item, ' ', 3) AS BIGINT) AS hits,
        CAST(split_part(item, ' ', 4) AS BIGINT) AS cold_misses,
        CAST(split_part(item, ' ', 5) AS DOUBLE) AS bytes_read,
        CAST(split_part(item, ' ', 6) AS BIGINT) AS largest
    FROM (
        SELECT unnest(string_split(items, ';')) AS item
        FROM (
            SELECT
                expert_byte_cache_replay(run_id, $memory_mb * 1e6, $cache_of, $policy, stride, keys, 0) AS items
            FROM runs
            CROSS JOIN sizes
            WHERE run_id = $run AND recorded = 'prompt'
        ) AS replayed
    ) AS listed
) AS c

-- One row per phase: how often experts are found in a cache of a number of bytes that serves prompts and generated tokens.
--
-- Title: Expert cache in bytes
-- Definition: the recorded decisions are replayed as a program serves them that computes one question after another, by
--   number: a layer of the prompt needs the experts of all its tokens at once, each of them once, and then each generated
--   token needs its own, through all layers. All layers share one least recently used cache, which is not emptied between
--   questions. Experts that are needed together do not displace each other; one for which there can be no room is
--   read and not kept. The sizes are layers.expert_bytes, those of the checkpoint that was run; a run that does not have them is
--   refused. A run that recorded the last tokens of prompts only has no row of prompts.
-- Formula: with n uses, hit_rate = hits / n; cold_misses are first uses of an expert; evicted_misses = n - hits -
--   cold_misses; read_gb = sum of the bytes of all misses / 10^9. The rate of both phases is sum(hits) / sum(n).
-- Source: the replay of Helldez/BigMoeOnEdge, docs/bench-data, whose numbers it gives for the trace of Qwen3-30B-A3B at
--   500, 1,000 and 6,000 MiB. At other sizes the second digit depends on the order of the experts of a prompt, which the
--   trace does not have.
-- Version: 1
-- Example: SELECT phase, n, hits, cold_misses, evicted_misses, hit_rate, read_gb
--   FROM expert_cache_in_bytes(1, 0.5)
--   ORDER BY phase DESC
--
-- Parameters:
--   run INTEGER of runs: The run
--   memory_mb DOUBLE from 0: Size of the cache in megabytes of 10^6 bytes
--
-- Columns:
--   phase VARCHAR: prompt or generated
--   n BIGINT: Number of uses of experts, where a prompt uses an expert of a layer once
--   hits BIGINT: Number of uses of experts that were in the cache
--   cold_misses BIGINT: Number of misses of experts that were not used before
--   evicted_misses BIGINT: Number of other misses
--   hit_rate DOUBLE: Share of uses that are hits, 0 to 1
--   read_gb DOUBLE: Size of all experts that were read, in gigabytes of 10^9 bytes
SELECT
    phase,
    n,
    hits,
    cold_misses,
    n - hits - cold_misses AS evicted_misses,
    hits / n AS hit_rate,
    bytes_read / 1e9 AS read_gb
FROM (
    SELECT
        split_part(item, ' ', 1) AS phase,
        CAST(split_part(item, ' ', 2) AS BIGINT) AS n,
        CAST(split_part(item, ' ', 3) AS BIGINT) AS hits,
        CAST(split_part(item, ' ', 4) AS BIGINT) AS cold_misses,
        CAST(split_part(item, ' ', 5) AS DOUBLE) AS bytes_read,
        recorded
    FROM (
        SELECT unnest(string_split(items, ';')) AS item, recorded
        FROM (
            SELECT expert_byte_cache_replay(run_id, $memory_mb * 1e6) AS items, recorded
            FROM runs
            WHERE run_id = $run
        ) AS replayed
    ) AS listed
) AS c
WHERE phase = 'generated' OR recorded = 'prompt'

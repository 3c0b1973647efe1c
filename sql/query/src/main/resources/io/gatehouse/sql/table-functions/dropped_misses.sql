-- One row per run: what a program saves and loses that does not read experts of little weight which its cache lacks.
--
-- Title: Missing experts of little weight left out
-- Definition: a what-if over recorded weights. Generated tokens are served by a least recently used cache for all layers, as
--   in expert_cache_in_bytes; of the experts that it lacks, those are left out whose weight is below a part of the mean
--   weight of the experts of the token. The largest weight is never below the mean, so that one at least remains. The
--   weights that remain are not scaled. Neither the recorded decisions nor the cache change by it, although a model that
--   leaves experts out would route its later layers otherwise, and its cache would hold others: what it answers then is not
--   known from this. A run without the sizes or the weights of experts is refused; one without generated tokens,
--   or that recorded the last tokens of prompts only, has no row.
-- Formula: an expert i that the cache lacks is left out of the k experts of a token if w_i < min(part, 1) * (sum over j of w_j)
--   / k. reads_saved = left_out / misses; weight_lost = sum of their weights / sum of all weights.
-- Source: Helldez/BigMoeOnEdge, docs/expert-dropping.md, whose weights have the sum 1, with the numbers for its traces of
--   Qwen3-30B-A3B (66 % of the reads, 9.5 % of the weights) and Gemma 4 26B-A4B.
-- Version: 1
-- Example: SELECT misses, left_out, reads_saved, weight_lost, saved_gb, n
--   FROM dropped_misses(1, 0.5, 1)
--
-- Parameters:
--   run INTEGER of runs: The run
--   memory_mb DOUBLE from 0: Size of the cache in megabytes of 10^6 bytes
--   part DOUBLE from 0: Part of the mean weight of the token that the weight of an expert must reach; more than 1 is taken for 1
--
-- Columns:
--   n BIGINT: Number of uses of experts by generated tokens
--   misses BIGINT: Number of these that the cache lacks
--   left_out BIGINT: Number of these that are left out
--   reads_saved DOUBLE NULL: left_out / misses, 0 to 1; NULL without misses
--   weight_lost DOUBLE NULL: Share of the weights that the experts left out have, 0 to 1; NULL if nothing can be left out
--   read_gb DOUBLE: Size of the experts that are missed, in gigabytes of 10^9 bytes
--   saved_gb DOUBLE: Size of those that are left out, in gigabytes of 10^9 bytes
WITH sizes AS (
    SELECT CAST(max(expert) + 1 AS INTEGER) AS stride, CAST((max(layer) + 1) * (max(expert) + 1) AS INTEGER) AS keys
    FROM experts
    WHERE run_id = $run
)
SELECT
    n,
    n - hits AS misses,
    left_out,
    left_out / nullif(n - hits, 0) AS reads_saved,
    significant(left_out_weight / nullif(weight, 0)) AS weight_lost,
    bytes_read / 1e9 AS read_gb,
    left_out_bytes / 1e9 AS saved_gb
FROM (
    SELECT
        split_part(item, ' ', 1) AS phase,
        CAST(split_part(item, ' ', 2) AS BIGINT) AS n,
        CAST(split_part(item, ' ', 3) AS BIGINT) AS hits,
        CAST(split_part(item, ' ', 5) AS DOUBLE) AS bytes_read,
        CAST(split_part(item, ' ', 7) AS BIGINT) AS left_out,
        CAST(split_part(item, ' ', 8) AS DOUBLE) AS left_out_bytes,
        CAST(split_part(item, ' ', 9) AS DOUBLE) AS left_out_weight,
        CAST(split_part(item, ' ', 10) AS DOUBLE) AS weight
    FROM (
        SELECT unnest(string_split(items, ';')) AS item
        FROM (
            SELECT
                expert_byte_cache_replay(
                    run_id, $memory_mb * 1e6, 'model', 'lru', stride, keys, least($part, 1e0)
                ) AS items
            FROM runs
            CROSS JOIN sizes
            WHERE run_id = $run AND recorded = 'prompt'
        ) AS replayed
    ) AS listed
) AS c
WHERE phase = 'generated'

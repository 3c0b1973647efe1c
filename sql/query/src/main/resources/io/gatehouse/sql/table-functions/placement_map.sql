-- One row per layer and physical expert: a placement of the experts on ranks by their load, busy experts on several.
--
-- Title: Placement of experts on ranks
-- Definition: expert parallelism puts the experts of a layer on ranks, and a layer takes as long as its busiest rank. The map
--   is made from the loads of all questions of the run; placement says whether such a map helps with questions that it was
--   not made from. The map is that of EPLB's global policy: one at a time, the expert with the most load per copy gets another
--   copy; then each copy, the busiest first, goes to the rank with the least load so far that has room. As in EPLB, two
--   copies of an expert can be on one rank, where the second gains nothing, and ranks with room for one expert hold them in
--   order of their numbers. EPLB leaves the order of equal loads to PyTorch's sort.
-- Formula: copies(e) = 1 + the number of the replicas - experts largest values of load_e / c, c = 1, 2, ..., that are of e; a
--   rank has room for replicas / ranks physical experts, rounded up. With equal loads, the lowest expert is copied, the copy
--   that was made first is placed first, and the lowest rank takes it.
-- Source: deepseek-ai/EPLB, commit d52c72d, rebalance_experts with one group and one node.
-- Version: 1
-- Example: SELECT layer, rank, list(expert ORDER BY slot) AS experts, sum(load) AS load
--   FROM placement_map(1, 'prompt', 4, (SELECT CAST(ceil(max(experts) / 4) * 4 AS INTEGER) FROM layers WHERE run_id = 1))
--   GROUP BY layer, rank
--   ORDER BY layer, rank
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   ranks INTEGER from 1: Number of ranks, such as GPUs
--   replicas INTEGER from 1: Number of physical experts of a layer: its experts and further copies; a multiple of ranks
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   slot BIGINT: Number of the physical expert in the order of ranks, from 0
--   rank BIGINT: Rank that it is on, from 0
--   expert SMALLINT: Expert of the layer that it is a copy of, from 0
--   copies BIGINT: Number of copies of that expert
--   load DOUBLE: Number of tokens that were routed to the expert, over the number of its copies
WITH loads AS (
    SELECT layer, expert, activations FROM experts WHERE run_id = $run AND scope = $scope
),
placed AS (
    SELECT
        layer,
        CAST(split_part(item, ' ', 1) AS BIGINT) AS slot,
        CAST(split_part(item, ' ', 2) AS BIGINT) AS rank,
        CAST(split_part(item, ' ', 3) AS SMALLINT) AS expert,
        CAST(split_part(item, ' ', 4) AS BIGINT) AS copies
    FROM (
        SELECT layer, unnest(string_split(items, ';')) AS item
        FROM (
            SELECT
                layer,
                expert_placement(
                    string_agg(CAST(activations AS VARCHAR), ' ' ORDER BY expert), $ranks, $replicas
                ) AS items
            FROM loads
            GROUP BY layer
        ) AS joined
    ) AS parts
)
SELECT p.layer, p.slot, p.rank, p.expert, p.copies, l.activations / p.copies AS load
FROM placed AS p
JOIN loads AS l ON l.layer = p.layer AND l.expert = p.expert

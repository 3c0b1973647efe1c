-- One row per layer and physical expert: a placement of the experts on ranks by their load, busy experts on several.
--
-- Title: Placement of experts on ranks
-- Definition: expert parallelism puts the experts of a layer on ranks, and a layer takes as long as its busiest rank. The map
--   is made from the loads of all questions of the run; placement says whether such a map helps with questions that it was
--   not made from. Replicas go to the experts with the most load per copy, one at a time; the copies are then dealt out to
--   the ranks by falling load, in alternating direction. EPLB chooses the copies in the same way, but gives each to the rank with the
--   least load so far.
-- Formula: copies(e) = 1 + the number of the replicas - experts largest values of load_e / c, c = 1, 2, ..., that are of e;
--   copy p of a layer by falling load_e / copies(e), ties to the lower expert, from 0, is on rank p mod ranks of an even
--   round floor(p / ranks), and on rank ranks - 1 - p mod ranks of an odd one.
-- Source: deepseek-ai/EPLB, commit d52c72d, replicate_experts, whose greedy choice is Jefferson's method of apportionment.
-- Version: 1
-- Example: SELECT layer, rank, list(expert ORDER BY slot) AS experts, sum(load) AS load
--   FROM placement_map(1, 'prompt', 4, 16)
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
    SELECT e.layer, e.expert, e.activations, k.experts
    FROM experts AS e
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
    WHERE e.run_id = $run AND e.scope = $scope
),
copied AS (
    SELECT l.layer, l.expert, l.activations, 1 + count(c.layer) AS copies
    FROM loads AS l
    LEFT JOIN (
        SELECT layer, expert
        FROM (
            SELECT
                l.layer,
                l.expert,
                l.experts,
                row_number() OVER (PARTITION BY l.layer ORDER BY l.activations / d.copy DESC, l.expert, d.copy) AS place
            FROM loads AS l
            JOIN (SELECT range + 1 AS copy FROM range(1024)) AS d ON d.copy <= $replicas - l.experts
        ) AS ranked
        WHERE place <= $replicas - experts
    ) AS c ON c.layer = l.layer AND c.expert = l.expert
    GROUP BY l.layer, l.expert, l.activations
)
SELECT
    layer,
    row_number() OVER (PARTITION BY layer ORDER BY rank_of_copy, place) - 1 AS slot,
    rank_of_copy AS rank,
    expert,
    copies,
    activations / copies AS load
FROM (
    SELECT
        *,
        CASE WHEN floor(place / $ranks) % 2 = 0 THEN place % $ranks ELSE $ranks - 1 - place % $ranks END AS rank_of_copy
    FROM (
        SELECT
            c.*,
            row_number() OVER (PARTITION BY c.layer ORDER BY c.activations / c.copies DESC, c.expert, d.copy) - 1 AS place
        FROM copied AS c
        JOIN (SELECT range + 1 AS copy FROM range(1024)) AS d ON d.copy <= c.copies
    ) AS sorted
) AS dealt

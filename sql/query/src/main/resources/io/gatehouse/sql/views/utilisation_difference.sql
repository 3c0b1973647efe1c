-- One row per run, other run of the same shape, scope, layer and expert: how differently the two runs use the expert.
--
-- Group: Runs compared
-- Order: 4
-- Title: Utilisation difference between runs
-- Definition: expert_utilisation of both runs, over all of their tokens of the scope. Their questions and prompts may
--   differ; their models have the same number of layers, and of experts in each layer. Expert numbers mean the same
--   only within one lineage of a model.
-- Formula: change = ratio / other_ratio, each the share of tokens over that of an even spread.
-- Source: the shares are those of Muennighoff et al. 2024, arXiv 2409.02060, equation 7.
-- Version: 1
-- Example: SELECT other_run_id, layer, expert, share, other_share, change, n, other_n
--   FROM utilisation_difference
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY other_run_id, layer, expert
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   other_run_id INTEGER: The run it is compared with
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of the run
--   other_n BIGINT: Number of tokens of the other run
--   share DOUBLE: Share of the run's tokens that were routed to the expert, 0 to 1
--   other_share DOUBLE: Share of the other run's tokens that were routed to the expert, 0 to 1
--   change DOUBLE NULL: Utilisation against uniform in the run over that in the other run; NULL if the other run never used the expert
SELECT
    a.run_id,
    b.run_id AS other_run_id,
    a.scope,
    a.layer,
    a.expert,
    a.n,
    b.n AS other_n,
    a.share,
    b.share AS other_share,
    a.ratio / nullif(b.ratio, 0) AS change
FROM expert_utilisation AS a
JOIN expert_utilisation AS b ON b.scope = a.scope AND b.layer = a.layer AND b.expert = a.expert
JOIN (
    SELECT r.run_id, o.run_id AS other_run_id, k.layer
    FROM runs AS r
    JOIN runs AS o ON o.layers = r.layers AND o.run_id <> r.run_id
    JOIN layers AS k ON k.run_id = r.run_id
    JOIN layers AS l ON l.run_id = o.run_id AND l.layer = k.layer AND l.experts = k.experts
) AS s ON s.run_id = a.run_id AND s.other_run_id = b.run_id AND s.layer = a.layer
WHERE a.n > 0 AND b.n > 0

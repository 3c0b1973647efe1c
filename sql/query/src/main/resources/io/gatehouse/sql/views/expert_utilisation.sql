-- One row per run, scope, layer and expert, including experts that never fired: the share of tokens that the router sends to
-- the expert.
--
-- Group: Load
-- Order: 1
-- Title: Expert utilisation
-- Definition: of the tokens of the scope, the share routed to the expert; against an even spread. Scope last_prompt
--   looks at the last prompt token of each question only; scope prompt at every prompt token, the last one included,
--   and exists for runs that recorded them or were imported from counts. The view subject_specialisation has the same
--   shares for each subject.
-- Formula: share = N(e) / N, equation 7 over all tokens; uniform_share = top_k / experts of the layer; ratio = share /
--   uniform_share.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, 5.3.
-- Version: 1
-- Example: SELECT layer, expert, activations, share, ratio, n
--   FROM expert_utilisation
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer, expert
-- Picture: heat x=expert y=layer value=ratio
--   SELECT expert, layer, ratio FROM expert_utilisation
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer, expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens; 0 where none was recorded yet
--   activations BIGINT: Number of those that were routed to the expert
--   share DOUBLE NULL: activations / n, 0 to 1; over the experts of a layer they sum to top_k; NULL where n is 0
--   uniform_share DOUBLE: top_k / experts: that share if all experts were selected equally often
--   ratio DOUBLE NULL: share / uniform_share; 1 is uniform; NULL where n is 0
--   mean_weight DOUBLE NULL: Mean weight of those activations; NULL if the expert never fired or an import has no value
SELECT
    run_id,
    scope,
    layer,
    expert,
    n,
    activations,
    activations / nullif(n, 0) AS share,
    uniform_share,
    activations / nullif(n, 0) / uniform_share AS ratio,
    weight_sum / nullif(activations, 0) AS mean_weight
FROM (
    SELECT
        e.run_id,
        e.scope,
        e.layer,
        e.expert,
        e.activations,
        e.weight_sum,
        CAST(sum(e.activations) OVER (PARTITION BY e.run_id, e.scope, e.layer) / k.top_k AS BIGINT) AS n,
        k.top_k / k.experts AS uniform_share
    FROM experts AS e
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
) AS counted
WHERE n IS NOT NULL

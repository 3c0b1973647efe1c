-- One row per run, scope and layer: margins of the router's decisions, small where another expert was nearly selected.
--
-- Group: Load
-- Order: 3
-- Title: Routing margins
-- Definition: the margin of a decision is the selection score of the last chosen expert minus that of the first one not
--   chosen; for most routers the score is the probability. Where it is small, rounding, quantisation or another engine
--   may choose another expert.
-- Formula: shares are counts of margins below a bound over n.
-- Source: none needed; margins are kept to 0.000001.
-- Version: 2
-- Example: SELECT layer, mean_margin, near_ties, share_below_0_001, share_below_0_01, n
--   FROM routing_margins
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer
-- Picture: figure margins
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of decisions
--   mean_margin DOUBLE NULL: Mean margin, a difference of selection scores; NULL if an import has no value
--   least_margin FLOAT NULL: Smallest margin; NULL if an import has no value
--   near_ties BIGINT NULL: Number of decisions with a margin below 0.0001; NULL if an import has no value
--   share_below_0_0001 DOUBLE NULL: Share of decisions with a margin below 0.0001; NULL if an import has no value
--   share_below_0_001 DOUBLE NULL: Share of decisions with a margin below 0.001; NULL if an import has no value
--   share_below_0_01 DOUBLE NULL: Share of decisions with a margin below 0.01; NULL if an import has no value
SELECT
    run_id,
    scope,
    layer,
    count(*) AS n,
    avg(margin) AS mean_margin,
    min(margin) AS least_margin,
    CASE WHEN count(margin) > 0 THEN count(*) FILTER (WHERE margin < 0.0001) END AS near_ties,
    count(*) FILTER (WHERE margin < 0.0001) / nullif(count(margin), 0) AS share_below_0_0001,
    count(*) FILTER (WHERE margin < 0.001) / nullif(count(margin), 0) AS share_below_0_001,
    count(*) FILTER (WHERE margin < 0.01) / nullif(count(margin), 0) AS share_below_0_01
FROM (
    SELECT run_id, 'last_prompt' AS scope, layer, margin
    FROM token_routing
    WHERE is_last_prompt
    UNION ALL
    SELECT t.run_id, 'prompt' AS scope, t.layer, t.margin
    FROM token_routing AS t
    JOIN runs AS r ON r.run_id = t.run_id
    WHERE r.recorded = 'prompt' AND t.phase = 'prompt'
    UNION ALL
    SELECT run_id, 'generated' AS scope, layer, margin
    FROM token_routing
    WHERE phase = 'generated'
) AS decisions
GROUP BY run_id, scope, layer

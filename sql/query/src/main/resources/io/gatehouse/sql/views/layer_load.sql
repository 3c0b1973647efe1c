-- One row per run, scope and layer: balance of the load of the experts.
--
-- Group: Load
-- Order: 2
-- Title: Load balance
-- Definition: the load of an expert is the number of tokens that the router sent to it, over all tokens of the scope.
--   Scope last_prompt counts only the last prompt token of each question; scope prompt counts every prompt token,
--   including the last one, for runs that recorded them.
-- Formula: loads x_1 <= ... <= x_E, mean m: balancedness = m / max; max_violation = max / m - 1; cv = sd / m;
--   gini = 2 sum_i i x_i / (E sum_i x_i) - (E + 1) / E; effective_experts = exp(-sum_i p_i ln p_i), p_i = x_i / sum x;
--   top25_share = sum of the floor(E / 4) largest x / sum x, and so for floor(E / 10) and floor(E / 2).
-- Source: balancedness as in SGLang's and EPLB's logs; max_violation: Wang et al. 2024, arXiv 2408.15664; effective
--   number: Hill 1973, Ecology 54(2); the shares as in Megatron-LM, tools/moe_routing.
-- Version: 2
-- Example: SELECT layer, balancedness, max_violation, gini, effective_experts, busiest_share, top10_share, top25_share, n
--   FROM layer_load
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer
-- Picture: figure load
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   experts BIGINT: Number of experts of the layer
--   n BIGINT: Number of tokens
--   balancedness DOUBLE: Mean load / largest load: 1 is even, 1 / experts is all load on one expert
--   max_violation DOUBLE: Largest load / mean load - 1: 0 is even
--   gini DOUBLE: Gini coefficient of the loads: 0 is even, near 1 is all load on one expert
--   cv DOUBLE: Coefficient of variation of the loads: 0 is even
--   effective_experts DOUBLE: Number of equally loaded experts with the same spread, 1 to experts
--   busiest_share DOUBLE: Share of the tokens that are routed to the busiest expert, 0 to 1; a token counts for each of its experts
--   uniform_share DOUBLE: top_k / experts: that share if all experts were equally loaded
--   top10_share DOUBLE NULL: Share of the activations, top_k for each token, that the floor(experts / 10) busiest experts take (1 of 16, 12 of 128), 0 to 1; NULL with fewer than ten experts
--   top25_share DOUBLE NULL: Share of the activations that the busiest quarter takes; NULL with fewer than four experts
--   top50_share DOUBLE NULL: Share of the activations that the busiest half takes; NULL with one expert
SELECT
    x.run_id,
    x.scope,
    x.layer,
    count(*) AS experts,
    CAST(sum(x.activations) / k.top_k AS BIGINT) AS n,
    avg(x.activations) / max(x.activations) AS balancedness,
    max(x.activations) / avg(x.activations) - 1 AS max_violation,
    2 * sum(CAST(x.place AS DOUBLE) * x.activations) / (count(*) * sum(x.activations)) - (count(*) + 1) / count(*) AS gini,
    significant(stddev_pop(x.activations) / avg(x.activations)) AS cv,
    significant(
        exp(ln(sum(x.activations)) - sum(CASE WHEN x.activations > 0 THEN x.activations * ln(x.activations) ELSE 0e0 END)
            / sum(x.activations))
    ) AS effective_experts,
    max(x.activations) * k.top_k / sum(x.activations) AS busiest_share,
    k.top_k / k.experts AS uniform_share,
    sum(x.activations) FILTER (WHERE x.place > k.experts - floor(k.experts / 10)) / sum(x.activations) AS top10_share,
    sum(x.activations) FILTER (WHERE x.place > k.experts - floor(k.experts / 4)) / sum(x.activations) AS top25_share,
    sum(x.activations) FILTER (WHERE x.place > k.experts - floor(k.experts / 2)) / sum(x.activations) AS top50_share
FROM (
    SELECT
        run_id,
        scope,
        layer,
        activations,
        row_number() OVER (PARTITION BY run_id, scope, layer ORDER BY activations, expert) AS place
    FROM experts
) AS x
JOIN layers AS k ON k.run_id = x.run_id AND k.layer = x.layer
GROUP BY x.run_id, x.scope, x.layer, k.top_k, k.experts
HAVING sum(x.activations) > 0

-- One row per layer: what a program saves and loses that does not load the experts of a token with little weight.
--
-- Title: Experts of little weight left out
-- Definition: a what-if over recorded weights. Of the experts of a token, those are left out whose weight is below a part of
--   the largest weight of the token; one at least remains. The weights that remain are not scaled. The recorded
--   decisions stay as they are, although a model that leaves experts out would route its later layers otherwise: what it
--   answers then is not known from this. Only runs with weights have rows.
-- Formula: an expert i of the token t is left out if w_i(t) < min(part, 1) * max over j of w_j(t). left_out_share = experts left out
--   / experts chosen; weight_lost = sum of their weights / sum of all weights.
-- Source: the rule is our own. Helldez/BigMoeOnEdge leaves out experts that its cache lacks, see dropped_misses;
--   vllm-project/vllm pull request 25636 goes by sums of weights.
-- Version: 1
-- Example: SELECT layer, left_out_share, experts_per_token, weight_lost, n
--   FROM dropped_choices(1, 'prompt', 0.5)
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   part DOUBLE from 0: Part of the largest weight of the token that the weight of an expert must reach; more than 1 is taken for 1
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of tokens
--   uses BIGINT: Number of experts that they were sent to
--   left_out BIGINT: Number of these that are left out
--   left_out_share DOUBLE: left_out / uses, 0 to 1
--   experts_per_token DOUBLE: Mean number of experts of a token that remain
--   weight_lost DOUBLE: Share of the weights that the experts left out have, 0 to 1
SELECT
    layer,
    -- A token of k experts has k rows.
    CAST(round(sum(1e0 / chosen)) AS BIGINT) AS n,
    count(*) AS uses,
    count(*) FILTER (WHERE weight < least($part, 1e0) * most) AS left_out,
    count(*) FILTER (WHERE weight < least($part, 1e0) * most) / count(*) AS left_out_share,
    count(*) FILTER (WHERE weight >= least($part, 1e0) * most) / round(sum(1e0 / chosen)) AS experts_per_token,
    significant(coalesce(sum(weight) FILTER (WHERE weight < least($part, 1e0) * most), 0) / sum(weight)) AS weight_lost
FROM (
    SELECT
        t.layer,
        len(t.weights) AS chosen,
        list_max(t.weights) AS most,
        unnest(t.weights) AS weight
    FROM token_routing AS t
    JOIN scopes AS v ON v.phase = t.phase AND v.is_last_prompt = t.is_last_prompt
    JOIN runs AS r ON r.run_id = t.run_id
    WHERE t.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt') AND t.weights IS NOT NULL
) AS weighed
GROUP BY layer
HAVING sum(weight) > 0

-- One row per run, scope and layer: router entropy, the mean entropy of the router's probabilities per token, against
-- the uniform distribution.
--
-- Group: The paper
-- Order: 3
-- Title: Router entropy
-- Definition: the mean over tokens of the entropy of each token. That is not the entropy of the averaged probabilities,
--   which is larger and measures how evenly the experts are used over many tokens. Scope last_prompt counts only
--   the last prompt token of each question; scope prompt counts every prompt token, including the last one, for runs
--   that recorded them.
-- Formula: mean_token_entropy = 1/n sum_t H(t), H(t) = -sum_e p_e ln p_e over all experts; against ln(experts).
--   mean_token_top_k_entropy is the same over the selected experts with their probabilities renormalised to sum to 1; against
--   ln(top_k). Normalised is the mean divided by that maximum, which is the mean of the
--   tokens' normalised entropies too.
-- Source: Chernov 2025, arXiv 2502.17187, finding 2 of the abstract, which does not say which of the two is meant.
-- Version: 1
-- Example: SELECT layer, mean_token_entropy, uniform_entropy, normalised_token_top_k_entropy, mean_mass, n
--   FROM gate_entropy
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer
-- Picture: figure entropy
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of tokens averaged
--   mean_token_entropy DOUBLE NULL: Mean over tokens of the entropy of the gate over all experts, in nats; NULL if an import has no value
--   uniform_entropy DOUBLE: ln(experts): that entropy if all experts were equally probable, in nats
--   normalised_token_entropy DOUBLE NULL: mean_token_entropy / uniform_entropy, 0 to 1; NULL with one expert
--   mean_token_top_k_entropy DOUBLE NULL: Mean over tokens of the entropy over the selected experts, renormalised, in nats; NULL if an import has no value
--   uniform_top_k_entropy DOUBLE: ln(top_k): that entropy if the selected experts were equally probable, in nats
--   normalised_token_top_k_entropy DOUBLE NULL: mean_token_top_k_entropy / uniform_top_k_entropy, 0 to 1; NULL with top_k 1
--   mean_mass DOUBLE NULL: Mean over tokens of the probability that the gate gives to the selected experts together, 0 to 1; NULL if an import has no value
SELECT
    run_id,
    scope,
    layer,
    n,
    mean_token_entropy,
    uniform_entropy,
    mean_token_entropy / nullif(uniform_entropy, 0) AS normalised_token_entropy,
    mean_token_top_k_entropy,
    uniform_top_k_entropy,
    mean_token_top_k_entropy / nullif(uniform_top_k_entropy, 0) AS normalised_token_top_k_entropy,
    mean_mass
FROM (
    SELECT
        p.run_id,
        s.scope,
        p.layer,
        CAST(sum(p.n) AS BIGINT) AS n,
        sum(p.entropy_sum) / sum(p.n) AS mean_token_entropy,
        ln(k.experts) AS uniform_entropy,
        sum(p.top_k_entropy_sum) / sum(p.n) AS mean_token_top_k_entropy,
        ln(k.top_k) AS uniform_top_k_entropy,
        sum(p.mass_sum) / sum(p.n) AS mean_mass
    FROM layer_entropy AS p
    JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
    JOIN runs AS r ON r.run_id = p.run_id
    JOIN layers AS k ON k.run_id = p.run_id AND k.layer = p.layer
    WHERE s.scope <> 'prompt' OR r.recorded = 'prompt'
    GROUP BY p.run_id, s.scope, p.layer, k.experts, k.top_k
) AS m

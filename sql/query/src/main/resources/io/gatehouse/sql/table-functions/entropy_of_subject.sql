-- One row per layer: how evenly the router of a run spread its probability over the experts, at the tokens of one subject.
--
-- Title: Router entropy of a subject
-- Definition: as in the view gate_entropy, over the questions of the subject.
-- Formula: mean_token_entropy = 1/n sum_t H(t), H(t) = -sum_e p_e ln p_e over all experts; against ln(experts).
--   Over the selected experts, the same of their renormalised probabilities; against ln(top_k).
-- Source: Chernov 2025, arXiv 2502.17187, finding 2.
-- Version: 2
-- Example: SELECT layer, mean_token_entropy, uniform_entropy, normalised_token_entropy, mean_mass, n
--   FROM entropy_of_subject(1, 'last_prompt', (SELECT min(subject) FROM subject_accuracy WHERE run_id = 1 AND n > 0))
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   subject VARCHAR of subjects: The subject
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of tokens averaged
--   mean_token_entropy DOUBLE NULL: Mean over tokens of the entropy of the gate over all experts, in nats; NULL if an import has no value
--   uniform_entropy DOUBLE: ln(experts): that entropy if all experts were equally probable, in nats
--   normalised_token_entropy DOUBLE NULL: mean_token_entropy / uniform_entropy, 0 to 1; NULL with one expert
--   normalised_token_top_k_entropy DOUBLE NULL: Mean over tokens of the entropy over the selected experts, renormalised, divided by ln(top_k), 0 to 1; NULL with top_k 1, or if an import has no value
--   mean_mass DOUBLE NULL: Mean over tokens of the probability that the gate gives to the selected experts together, 0 to 1; NULL if an import has no value
SELECT
    layer,
    n,
    mean_token_entropy,
    uniform_entropy,
    mean_token_entropy / nullif(uniform_entropy, 0) AS normalised_token_entropy,
    mean_token_top_k_entropy / nullif(uniform_top_k_entropy, 0) AS normalised_token_top_k_entropy,
    mean_mass
FROM (
    SELECT
        t.layer,
        count(*) AS n,
        avg(CAST(t.entropy AS DOUBLE)) AS mean_token_entropy,
        ln(k.experts) AS uniform_entropy,
        avg(CAST(t.top_k_entropy AS DOUBLE)) AS mean_token_top_k_entropy,
        ln(k.top_k) AS uniform_top_k_entropy,
        avg(CAST(t.mass AS DOUBLE)) AS mean_mass
    FROM token_routing AS t
    JOIN scopes AS s ON s.phase = t.phase AND s.is_last_prompt = t.is_last_prompt
    JOIN questions AS q ON q.question_id = t.question_id
    JOIN runs AS r ON r.run_id = t.run_id
    JOIN layers AS k ON k.run_id = t.run_id AND k.layer = t.layer
    WHERE t.run_id = $run AND s.scope = $scope AND q.subject = $subject AND (s.scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY t.layer, k.experts, k.top_k
) AS m

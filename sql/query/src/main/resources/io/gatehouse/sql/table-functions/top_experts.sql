-- One row per layer and place: the experts of a run that most tokens were sent to.
--
-- Title: Most used experts
-- Definition: scope last_prompt counts only the last token of each prompt, scope prompt every prompt token. Ties go to
--   the lower expert number. Experts that never fired have no place.
-- Example: SELECT layer, place, expert, share FROM top_experts(1, 'last_prompt', 3) ORDER BY layer, place
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   k INTEGER from 1: Number of places of each layer
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   place BIGINT: Place of the expert in its layer, 1 for the most used
--   expert SMALLINT: Expert of the layer, from 0
--   activations BIGINT: Number of tokens that were routed to the expert
--   share DOUBLE: activations as a share of those of the layer, 0 to 1; 1 / experts if all were used equally
--   mean_weight DOUBLE NULL: Mean weight of those activations; NULL if an import has no value
SELECT layer, place, expert, activations, activations / activations_of_layer AS share, weight_sum / activations AS mean_weight
FROM (
    SELECT
        layer,
        expert,
        activations,
        weight_sum,
        row_number() OVER (PARTITION BY layer ORDER BY activations DESC, expert) AS place,
        sum(activations) OVER (PARTITION BY layer) AS activations_of_layer
    FROM experts
    WHERE run_id = $run AND scope = $scope AND activations > 0
) AS ranked
WHERE place <= $k

-- One row per expert of a run that no token was sent to: the experts that never fired.
--
-- Title: Experts never activated
-- Definition: as in the view unused_experts, which counts them: scope last_prompt counts only the last token of each
--   prompt, scope prompt every prompt token. A layer whose experts
--   were all activated has no row, and neither has one for which an import has no data; unused_experts has a row of each
--   layer with data.
-- Example: SELECT layer, expert
--   FROM never_activated(1, 'last_prompt')
--   ORDER BY layer, expert
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
SELECT layer, expert
FROM (
    SELECT layer, expert, activations, sum(activations) OVER (PARTITION BY layer) AS activations_of_layer
    FROM experts
    WHERE run_id = $run AND scope = $scope
) AS e
WHERE activations = 0 AND activations_of_layer > 0

-- One row per place: tokens of the vocabulary, by the share of their occurrences that is routed to an expert.
--
-- Title: Tokens of an expert
-- Definition: the tokens in the order of share in the view vocabulary_specialisation; of equal ones the one that occurs
--   more often comes first. Only tokens that occur often enough: the share of a token that occurs once is 0 or 1.
-- Formula: share as in vocabulary_specialisation.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 8.
-- Version: 1
-- Example: SELECT place, token, share, activations, n
--   FROM tokens_of_expert(1, 'prompt', 0, 1, 1, 20)
--   ORDER BY place
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer INTEGER from 0: The layer
--   expert INTEGER from 0: The expert
--   least INTEGER from 0: Smallest number of occurrences of a token
--   k INTEGER from 1: Number of places
--
-- Columns:
--   place BIGINT: Place of the token, 1 for the largest share
--   token_id INTEGER: Id in the vocabulary of the model
--   token VARCHAR: Its text
--   n BIGINT: Number of occurrences of the token
--   activations BIGINT: Number of those that were routed to the expert
--   share DOUBLE: activations / n, 0 to 1
SELECT place, token_id, token, n, activations, share
FROM (
    SELECT
        token_id,
        token,
        n,
        activations,
        share,
        row_number() OVER (ORDER BY share DESC, n DESC, token_id) AS place
    FROM vocabulary_specialisation
    WHERE run_id = $run AND scope = $scope AND layer = $layer AND expert = $expert AND n >= $least
) AS ranked
WHERE place <= $k

-- One row per token of a question in a run: the experts that the router of one layer chose for the token.
--
-- Title: Tokens of a question
-- Definition: all tokens of the prompt and, where the run has them, of what it generated; without a decision where the run
--   did not record the routing of the token.
-- Formula: normalised_entropy = entropy / ln(experts of the layer): 1 if all experts were equally probable.
-- Source: none needed: rows of tokens and token_routing.
-- Version: 1
-- Example: SELECT position, token, experts, weights, entropy, normalised_entropy
--   FROM tokens_of_question(1, 1, 0)
--   ORDER BY position
--
-- Parameters:
--   run INTEGER of runs: The run
--   question INTEGER: The question
--   layer INTEGER from 0: The layer
--
-- Columns:
--   position INTEGER: Position of the token, from 0
--   token_id INTEGER: Id in the vocabulary of the model
--   token VARCHAR: Text of the token; bytes that are not a whole character appear as U+FFFD
--   phase VARCHAR: prompt for tokens of the prompt, generated for tokens that the model sampled
--   segment VARCHAR NULL: Part of the text that the token belongs to, as in tokens.segment, such as choice or reasoning; NULL if unknown
--   experts SMALLINT[] NULL: The selected experts, the one with the largest selection score first; NULL where the run did not record the token
--   weights FLOAT[] NULL: Weights of those experts, same order; NULL where the run did not record them
--   entropy FLOAT NULL: Entropy of the gate over all experts, in nats; NULL where the run did not record it
--   normalised_entropy DOUBLE NULL: entropy / ln(experts), 0 to 1; NULL where the run did not record it, or with one expert
SELECT
    t."position",
    t.token_id,
    t.token,
    t.phase,
    t.segment,
    r.experts,
    r.weights,
    r.entropy,
    r.normalised_entropy
FROM tokens AS t
LEFT JOIN (
    SELECT
        d."position",
        d.experts,
        d.weights,
        d.entropy,
        normalised_entropy(CAST(d.entropy AS DOUBLE), k.experts) AS normalised_entropy
    FROM token_routing AS d
    JOIN layers AS k ON k.run_id = d.run_id AND k.layer = d.layer
    WHERE d.run_id = $run AND d.question_id = $question AND d.layer = $layer
) AS r ON r."position" = t."position"
WHERE t.run_id = $run AND t.question_id = $question

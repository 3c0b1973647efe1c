-- One row per place and token around it: where in the text the weight of an expert is largest, with the tokens before and
-- after.
--
-- Title: Contexts of an expert
-- Definition: the activations of the expert with the largest weights, one for each token of the vocabulary, because
--   prompts of one format repeat the same words; of equal ones, and where an import has no weights, the one of the
--   lower question and position comes first. Each has up to width tokens before and after it. Only tokens whose text or
--   id was recorded.
-- Source: none needed: rows of activations and tokens.
-- Version: 1
-- Example: SELECT place, question_id, distance, token, weight
--   FROM contexts_of_expert(1, 'prompt', 0, 1, 10, 8)
--   ORDER BY place, distance
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer INTEGER from 0: The layer
--   expert INTEGER from 0: The expert
--   k INTEGER from 1: Number of places
--   width INTEGER from 0: Number of tokens to show before, and after
--
-- Columns:
--   place BIGINT: Place of the activation, 1 for the largest weight
--   question_id INTEGER: The question
--   position INTEGER: Position of the token that was sent to the expert
--   weight FLOAT NULL: Weight of the expert there; NULL if an import has no value
--   distance INTEGER: Position of this token minus that: 0 for the token itself
--   token_id INTEGER: Id of this token in the vocabulary of the model
--   token VARCHAR: Text of this token; bytes that are not a whole character appear as U+FFFD
SELECT
    f.place,
    f.question_id,
    f."position",
    f.weight,
    t."position" - f."position" AS distance,
    t.token_id,
    t.token
FROM (
    SELECT
        question_id,
        "position",
        weight,
        row_number() OVER (ORDER BY weight DESC NULLS LAST, question_id, "position") AS place
    FROM (
        SELECT
            a.question_id,
            a."position",
            a.weight,
            row_number() OVER (
                PARTITION BY o.token_id ORDER BY a.weight DESC NULLS LAST, a.question_id, a."position"
            ) AS place_of_token
        FROM activations AS a
        JOIN scopes AS s ON s.phase = a.phase AND s.is_last_prompt = a.is_last_prompt
        JOIN tokens AS o ON o.run_id = a.run_id AND o.question_id = a.question_id AND o."position" = a."position"
        WHERE a.run_id = $run AND a.layer = $layer AND a.expert = $expert AND s.scope = $scope AND o.sample = 0
    ) AS fired
    WHERE place_of_token = 1
) AS f
JOIN tokens AS t
    ON t.question_id = f.question_id AND t."position" >= f."position" - $width AND t."position" <= f."position" + $width
WHERE t.run_id = $run AND t.sample = 0 AND f.place <= $k

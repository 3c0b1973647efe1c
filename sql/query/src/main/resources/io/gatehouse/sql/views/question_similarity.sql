-- One row per run, basis, question and other question: similarity of the routing of two questions at their last prompt
-- tokens.
--
-- Group: Similarity
-- Order: 1
-- Title: Similar questions
-- Definition: the routing embedding of a question is the weights of all experts of all layers at its last prompt token.
--   Basis gate takes the whole gate, for runs that recorded all probabilities; basis top_k the weights of the chosen
--   experts, for all runs that have them. Restrict question_id to one question: there are as many pairs as the square
--   of the questions. The published code takes logits before the softmax, scaled per batch, so its numbers differ.
-- Formula: cosine of the two embeddings.
-- Source: Li and Zhou 2024, arXiv 2410.10814 (MoEE), the routing part.
-- Version: 2
-- Example: SELECT basis, other_question_id, similarity, same_subject, n
--   FROM question_similarity
--   WHERE run_id = 1 AND question_id = 1
--   ORDER BY similarity DESC, basis, other_question_id
--   LIMIT 50
-- Picture: heat x=other_subject y=subject value=similarity
--   SELECT q.subject, o.subject AS other_subject, avg(s.similarity) AS similarity
--   FROM question_similarity AS s
--   JOIN questions AS q ON q.question_id = s.question_id
--   JOIN questions AS o ON o.question_id = s.other_question_id
--   WHERE s.run_id = 1 AND s.basis = 'top_k'
--   GROUP BY q.subject, o.subject
--   ORDER BY q.subject, o.subject
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: last_prompt: the embedding is read there
--   basis VARCHAR: gate (all probabilities) or top_k (weights of the selected experts)
--   question_id INTEGER: The question
--   other_question_id INTEGER: The question it is compared with
--   n BIGINT: Number of layers in the embedding
--   similarity DOUBLE NULL: Cosine of the embeddings, 0 to 1; NULL if one of them is 0
--   same_subject BOOLEAN: Whether both questions have the same subject
SELECT
    s.run_id,
    'last_prompt' AS scope,
    s.basis,
    s.question_id,
    s.other_question_id,
    s.n,
    significant(s.similarity) AS similarity,
    q.subject = o.subject AS same_subject
FROM (
    SELECT
        a.run_id,
        'gate' AS basis,
        a.question_id,
        b.question_id AS other_question_id,
        count(*) AS n,
        sum(list_dot_product(a.probabilities, b.probabilities))
            / sqrt(sum(list_dot_product(a.probabilities, a.probabilities))
                * sum(list_dot_product(b.probabilities, b.probabilities))) AS similarity
    FROM (
        SELECT p.run_id, p.question_id, p.layer, CAST(p.probabilities AS DOUBLE ARRAY) AS probabilities
        FROM router_probabilities AS p
        JOIN answers AS t ON t.run_id = p.run_id AND t.question_id = p.question_id
        WHERE p."position" = t.prompt_tokens - 1
    ) AS a
    JOIN (
        SELECT p.run_id, p.question_id, p.layer, CAST(p.probabilities AS DOUBLE ARRAY) AS probabilities
        FROM router_probabilities AS p
        JOIN answers AS t ON t.run_id = p.run_id AND t.question_id = p.question_id
        WHERE p."position" = t.prompt_tokens - 1
    ) AS b ON b.run_id = a.run_id AND b.layer = a.layer AND b.question_id <> a.question_id
    GROUP BY a.run_id, a.question_id, b.question_id
    UNION ALL
    SELECT
        d.run_id,
        'top_k' AS basis,
        d.question_id,
        d.other_question_id,
        x.layers AS n,
        d.product / nullif(sqrt(x.square * y.square), 0) AS similarity
    FROM (
        SELECT
            a.run_id,
            a.question_id,
            b.question_id AS other_question_id,
            sum(a.weight_sum * b.weight_sum) AS product
        FROM question_usage AS a
        JOIN question_usage AS b
            ON b.run_id = a.run_id AND b.layer = a.layer AND b.expert = a.expert AND b.question_id <> a.question_id
        WHERE a.is_last_prompt AND b.is_last_prompt AND a.weight_sum IS NOT NULL
        GROUP BY a.run_id, a.question_id, b.question_id
    ) AS d
    JOIN (
        SELECT run_id, question_id, count(DISTINCT layer) AS layers, sum(weight_sum * weight_sum) AS square
        FROM question_usage
        WHERE is_last_prompt
        GROUP BY run_id, question_id
    ) AS x ON x.run_id = d.run_id AND x.question_id = d.question_id
    JOIN (
        SELECT run_id, question_id, sum(weight_sum * weight_sum) AS square
        FROM question_usage
        WHERE is_last_prompt
        GROUP BY run_id, question_id
    ) AS y ON y.run_id = d.run_id AND y.question_id = d.other_question_id
) AS s
JOIN questions AS q ON q.question_id = s.question_id
JOIN questions AS o ON o.question_id = s.other_question_id

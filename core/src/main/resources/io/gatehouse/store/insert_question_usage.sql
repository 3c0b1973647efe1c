-- The rollup of one shard's questions, from the routing rows that the same transaction has just inserted.
INSERT INTO question_usage BY NAME
SELECT
    run_id,
    question_id,
    layer,
    expert,
    scope,
    CAST(count(*) AS INTEGER) AS n,
    sum(CAST(weight AS DOUBLE)) AS weight_sum,
    sum(CAST(weight AS DOUBLE) * weight) AS weight_square_sum
FROM activations
WHERE run_id = ? AND question_id IN (SELECT unnest(CAST(? AS INTEGER[])))
GROUP BY run_id, question_id, layer, expert, scope
ORDER BY question_id, layer, scope, expert

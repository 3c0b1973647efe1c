INSERT INTO question_usage BY NAME
SELECT
    CAST(? AS INTEGER) AS run_id,
    question_id,
    layer,
    expert,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    n,
    weight_sum,
    weight_square_sum
FROM usage_feed

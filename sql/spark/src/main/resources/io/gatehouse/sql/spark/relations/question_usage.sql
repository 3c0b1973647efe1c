SELECT
    run_id,
    question_id,
    layer,
    expert,
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    n,
    weight / 65536D AS weight_sum
FROM usage

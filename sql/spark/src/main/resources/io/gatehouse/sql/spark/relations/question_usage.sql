SELECT
    run_id,
    question_id,
    layer,
    expert,
    CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END AS phase,
    is_last_prompt,
    n,
    weight / 65536D AS weight_sum
FROM usage

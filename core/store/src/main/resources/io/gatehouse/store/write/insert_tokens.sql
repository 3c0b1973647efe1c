INSERT INTO tokens BY NAME
SELECT
    CAST(? AS INTEGER) AS run_id,
    question_id,
    "position",
    'prompt' AS phase,
    is_last_prompt,
    token_id,
    token
FROM token_feed

INSERT INTO tokens BY NAME
SELECT
    CAST(? AS INTEGER) AS run_id,
    question_id,
    "position",
    CASE WHEN last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    token_id,
    token
FROM token_feed

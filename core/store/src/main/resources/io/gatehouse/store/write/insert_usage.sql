INSERT INTO usage BY NAME
SELECT CAST(? AS INTEGER) AS run_id, question_id, layer, is_last_prompt, expert, n, weight
FROM usage_feed

INSERT INTO usage BY NAME
SELECT CAST(? AS INTEGER) AS run_id, question_id, layer, last, expert, n, weight
FROM usage_feed

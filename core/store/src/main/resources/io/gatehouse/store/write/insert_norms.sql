INSERT INTO expert_norms BY NAME
SELECT CAST(? AS INTEGER) AS run_id, question_id, "position", layer, numbers AS norms
FROM norms_feed

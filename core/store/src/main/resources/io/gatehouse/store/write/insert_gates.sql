INSERT INTO gates BY NAME
SELECT CAST(? AS INTEGER) AS run_id, question_id, "position", layer, numbers AS gates
FROM gates_feed

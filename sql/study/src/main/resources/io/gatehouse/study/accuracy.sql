SELECT n AS questions, accuracy
FROM run_accuracy
WHERE run_id = :run_id

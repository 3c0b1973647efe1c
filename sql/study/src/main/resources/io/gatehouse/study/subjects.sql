SELECT subject
FROM subject_accuracy
WHERE run_id = :run_id AND n > 0
ORDER BY subject

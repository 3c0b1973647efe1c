SELECT COUNT(*) AS questions, AVG(CASE WHEN correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM answers
WHERE run_id = :run_id

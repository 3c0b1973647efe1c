-- Scalar, IN, EXISTS and quantified sub-queries.
SELECT * FROM questions WHERE question_id IN (SELECT question_id FROM activations WHERE expert = 3 AND layer = 1) ORDER BY question_id;
SELECT * FROM questions q WHERE NOT EXISTS (SELECT 1 FROM activations a WHERE a.question_id = q.question_id AND a.expert = 3 AND a.layer = 1) ORDER BY question_id LIMIT 3;
SELECT (SELECT max(entropy) FROM token_routing) m, (SELECT min(entropy) FROM token_routing) n;
SELECT question_id, (SELECT count(*) FROM answers a WHERE a.question_id = q.question_id AND a.correct) c FROM questions q ORDER BY 1;
SELECT question_id FROM questions WHERE question_id NOT IN (SELECT question_id FROM answers WHERE correct) ORDER BY 1;
SELECT question_id FROM questions WHERE question_id > ALL (SELECT question_id FROM answers WHERE correct) ORDER BY 1;
SELECT question_id FROM questions WHERE ordinal = ANY (SELECT run_id FROM runs) ORDER BY 1;
SELECT question_id FROM questions WHERE (subject, ordinal) IN (SELECT subject, max(ordinal) FROM questions GROUP BY subject) ORDER BY 1;
SELECT q.subject FROM questions q WHERE q.ordinal = (SELECT max(z.ordinal) FROM questions z WHERE z.subject = q.subject) ORDER BY 1;
SELECT (SELECT count(*) FROM runs) + 1 AS n, (SELECT name FROM runs WHERE run_id = 99) AS none;
SELECT count(*) FROM answers WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.run_id = answers.run_id AND status = 'running');
SELECT subject, avg(ordinal) FROM questions GROUP BY subject HAVING avg(ordinal) >= (SELECT avg(ordinal) FROM questions) ORDER BY 1;
SELECT run_id, (SELECT avg(CASE WHEN a.correct THEN 1 ELSE 0 END) FROM answers a WHERE a.run_id = r.run_id) AS accuracy FROM runs r ORDER BY 1;
SELECT CASE WHEN EXISTS (SELECT 1 FROM runs WHERE status = 'failed') THEN 'yes' ELSE 'no' END x;
SELECT NULL IN (SELECT finished_at FROM runs) x;
SELECT question_id FROM questions WHERE 5 NOT IN (SELECT CASE WHEN ordinal = 1 THEN NULL ELSE ordinal END FROM questions) ORDER BY 1;

-- A known answer is correct where it is the correct letter.
SELECT * FROM question_answers
WHERE n <> len(choices) OR (predicted IS NOT NULL AND correct <> (predicted = answer));

-- There are as many as answers.
SELECT q.run_id
FROM (SELECT run_id, count(*) AS n FROM question_answers GROUP BY run_id) AS q
FULL JOIN (SELECT run_id, count(*) AS n FROM answers GROUP BY run_id) AS a ON a.run_id = q.run_id
WHERE a.n IS DISTINCT FROM q.n;

-- A probability is at most 1.
SELECT * FROM question_answers WHERE log_probability > 0;

-- Where two choices have a probability, the first leads by nothing or more.
SELECT * FROM question_answers
WHERE log_probability_margin < 0 OR (coalesce(len(log_probabilities), 0) >= 2) <> (log_probability_margin IS NOT NULL);

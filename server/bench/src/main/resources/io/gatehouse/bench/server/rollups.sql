SELECT layer, expert, activations FROM experts WHERE run_id = ? AND scope = 'last_prompt' ORDER BY activations DESC LIMIT 10;
SELECT layer, count(*) AS n, avg(weight) AS w FROM activations WHERE run_id = ? GROUP BY layer;
SELECT layer, expert, count(*) AS n FROM activations WHERE run_id = ? AND layer = 1 GROUP BY layer, expert;
SELECT layer, avg(entropy) AS entropy FROM token_routing WHERE run_id = ? GROUP BY layer;
SELECT q.subject, count(*) FILTER (WHERE a.correct) AS right_ones, count(*) AS n
FROM answers AS a JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = ?
GROUP BY q.subject;

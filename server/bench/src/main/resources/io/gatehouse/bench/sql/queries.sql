-- layer, expert
SELECT layer, expert, count(*) AS n, avg(weight) AS w FROM activations GROUP BY layer, expert;
-- count
SELECT count(*) AS n FROM activations;
-- rollup(layer, expert)
SELECT layer, expert, count(*) AS n FROM activations GROUP BY ROLLUP (layer, expert);
-- accuracy per expert
SELECT a.layer, a.expert, avg(CASE WHEN w.correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM activations AS a JOIN answers AS w ON w.run_id = a.run_id AND w.question_id = a.question_id
GROUP BY a.layer, a.expert;
-- subject, layer, expert
SELECT q.subject, a.layer, a.expert, count(*) AS n
FROM activations AS a JOIN questions AS q ON q.question_id = a.question_id
GROUP BY q.subject, a.layer, a.expert;
-- experts that fire
SELECT layer, count(DISTINCT expert) AS n FROM activations GROUP BY layer;
-- answer, expert of a layer
SELECT q.answer, a.expert, count(*) AS n
FROM activations AS a JOIN questions AS q ON q.question_id = a.question_id
WHERE a.layer = 7
GROUP BY q.answer, a.expert;

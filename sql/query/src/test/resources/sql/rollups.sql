-- Aggregates over the facts. The line before each says which rollups answer it, or why none does.
-- The queries of a dashboard.
-- Rollup: layer_usage
SELECT layer, expert, count(*) n, avg(weight) w FROM activations GROUP BY layer, expert;
-- Rollup: layer_usage
SELECT layer, count(*) n FROM activations GROUP BY layer;
-- Rollup: layer_usage
SELECT expert, count(*) n, sum(weight) sw FROM activations WHERE layer = 1 GROUP BY expert;
-- Rollup: layer_usage
SELECT layer, expert, count(*) n FROM activations GROUP BY layer, expert HAVING count(*) > 20;
-- Rollup: layer_usage
SELECT layer, expert, count(*) n FROM activations WHERE layer BETWEEN 1 AND 2 AND expert <> 5 GROUP BY layer, expert ORDER BY n DESC, layer, expert LIMIT 10;
-- Rollup: layer_usage
SELECT count(*) n FROM activations;
-- Rollup: layer_usage
SELECT layer, count(DISTINCT expert) n FROM activations GROUP BY layer;
-- Rollup: layer_usage
SELECT layer, min(weight) a, max(weight) b FROM activations GROUP BY layer;
-- Rollup: layer_usage
SELECT layer, round(stddev_pop(weight), 12) s FROM activations GROUP BY layer;
-- Rollup: none: question_usage: a condition uses weight
SELECT layer, expert, count(*) n FROM activations WHERE weight > 0.1 GROUP BY layer, expert;
-- Rollup: layer_usage
SELECT layer, expert, count(*) n FROM activations GROUP BY ROLLUP (layer, expert);
-- Rollup: layer_usage
SELECT layer, expert, count(*) n FROM activations GROUP BY GROUPING SETS ((layer), (expert));
-- Rollup: subject_usage
SELECT q.subject, a.expert, count(*) n FROM activations a JOIN questions q ON a.question_id = q.question_id WHERE a.layer = 1 GROUP BY q.subject, a.expert;
-- Rollup: subject_usage
SELECT q.subject, a.expert, count(*) n FROM questions q JOIN activations a ON a.question_id = q.question_id WHERE a.layer = 1 GROUP BY q.subject, a.expert;
-- Rollup: subject_usage
SELECT q.subject, a.expert, count(*) n FROM questions q JOIN activations a USING (question_id) WHERE a.layer = 1 AND q.subject = 'algebra' GROUP BY q.subject, a.expert;
-- Rollup: question_usage
SELECT q.subject, a.expert, count(*) n FROM questions q, activations a WHERE q.question_id = a.question_id GROUP BY q.subject, a.expert;
-- Rollup: outcome_usage
SELECT a.layer, a.expert, count(*) n FROM activations a JOIN answers q ON a.run_id = q.run_id AND a.question_id = q.question_id WHERE q.correct GROUP BY a.layer, a.expert;
-- Rollup: outcome_usage
SELECT a.layer, a.expert, avg(CASE WHEN q.correct THEN 1.0 ELSE 0.0 END) acc FROM activations a JOIN answers q ON a.run_id = q.run_id AND a.question_id = q.question_id GROUP BY a.layer, a.expert;
-- Rollup: outcome_usage
SELECT a.layer, a.expert, count(*) FILTER (WHERE q.correct) k, count(*) n FROM activations a JOIN answers q ON a.run_id = q.run_id AND a.question_id = q.question_id GROUP BY a.layer, a.expert;
-- Rollup: outcome_usage
SELECT q.answer, a.expert, count(*) n FROM activations a JOIN questions q ON a.question_id = q.question_id WHERE a.layer = 1 GROUP BY q.answer, a.expert;
-- Rollup: layer_usage
SELECT layer, expert, n, rank() OVER (PARTITION BY layer ORDER BY n DESC) rk FROM (SELECT layer, expert, count(*) n FROM activations GROUP BY layer, expert) t;
-- Rollup: layer_usage
SELECT layer, expert, count(*) * 1.0 / sum(count(*)) OVER (PARTITION BY layer) share FROM activations GROUP BY layer, expert;
-- Rollup: layer_usage
WITH c AS (SELECT layer, expert, count(*) n FROM activations GROUP BY layer, expert) SELECT a.layer, max(a.n) mx, avg(a.n) av FROM c a GROUP BY a.layer;
-- Rollup: layer_entropy
SELECT layer, avg(entropy) h, count(*) n FROM token_routing GROUP BY layer;
-- Rollup: none: layer_entropy: a join uses question_id
SELECT t.layer, avg(t.entropy) h, stddev_pop(t.entropy) s FROM token_routing t JOIN questions q ON t.question_id = q.question_id WHERE q.subject = 'algebra' GROUP BY t.layer;
-- Rollup: layer_usage
SELECT CASE WHEN layer < 1 THEN 'lo' ELSE 'hi' END half, count(*) n FROM activations GROUP BY CASE WHEN layer < 1 THEN 'lo' ELSE 'hi' END;
-- Rollup: layer_usage
SELECT layer + 1 l1, count(*) n FROM activations GROUP BY layer + 1;
-- Rollup: layer_usage
SELECT DISTINCT layer, expert FROM activations;
-- Rollup: question_usage
SELECT question_id, count(*) n FROM activations WHERE layer = 1 AND expert = 5 GROUP BY question_id;
-- Rollup: none: question_usage: it groups by position
SELECT "position", count(*) n FROM activations GROUP BY "position";
-- Rollup: layer_usage
SELECT a.layer, a.expert, max(a.n * 1.0 / b.tot) s FROM (SELECT layer, expert, count(*) n FROM activations GROUP BY ALL) a JOIN (SELECT layer, count(*) tot FROM activations GROUP BY layer) b ON a.layer = b.layer GROUP BY ALL;
-- Rollup: layer_usage
SELECT count(*) FROM activations WHERE layer = 99;
-- Rollup: layer_usage
SELECT sum(weight), avg(weight), count(weight) FROM activations WHERE layer = 99;
-- Rollup: layer_usage
SELECT expert, sum(layer) s, avg(layer) a, min(layer) mi, max(phase) ma FROM activations GROUP BY expert;
-- Rollup: question_usage
SELECT q.subject, count(*) FILTER (WHERE w.correct) k, sum(weight) s FROM activations a JOIN questions q USING (question_id) LEFT JOIN answers w ON w.question_id = q.question_id AND w.run_id = a.run_id AND w.correct GROUP BY q.subject;
-- Rollup: question_usage
SELECT layer, count(*) n FROM activations WHERE question_id IN (SELECT question_id FROM questions WHERE subject = 'algebra') GROUP BY layer;
-- Rollup: layer_entropy
SELECT run_id, phase, is_last_prompt, sum(entropy) e, avg(mass) m, avg(margin) g FROM token_routing GROUP BY run_id, phase, is_last_prompt;
-- Rollup: layer_entropy
SELECT s.scope, t.layer, avg(t.entropy) h, count(*) n FROM token_routing t JOIN scopes s ON s.phase = t.phase AND s.is_last_prompt = t.is_last_prompt GROUP BY s.scope, t.layer;
-- Rollup: layer_usage
SELECT scope, expert, count(*) n, avg(weight) w FROM activations JOIN scopes USING (phase, is_last_prompt) WHERE scope = 'prompt' GROUP BY scope, expert;
-- Rollup: question_usage
SELECT question_id, is_last_prompt, count(*) n FROM activations WHERE phase = 'prompt' GROUP BY question_id, is_last_prompt;
-- Rollup: layer_usage
SELECT r.name, (SELECT count(*) FROM activations a WHERE a.run_id = r.run_id) n FROM runs r;
-- What equal rows do not change, and what needs each row.
-- Rollup: none: question_usage: SORT stands between
SELECT count(*) FROM (SELECT layer FROM activations LIMIT 5) t;
-- Rollup: none: question_usage: the facts are joined with themselves
SELECT a.expert, count(*) n FROM activations a JOIN activations b ON a.run_id = b.run_id AND a.question_id = b.question_id AND a.position = b.position AND a.layer = b.layer GROUP BY a.expert;
-- Rollup: none: question_usage: an outer join adds rows to the facts
SELECT q.subject, count(*) n FROM questions q LEFT JOIN activations a ON a.question_id = q.question_id AND a.layer = 9 GROUP BY q.subject;
-- Rollup: none: question_usage: a sub-query looks back at the rows
SELECT count(*) FROM activations a WHERE EXISTS (SELECT 1 FROM answers w WHERE w.question_id = a.question_id AND w.correct);
-- Rollup: none: question_usage: count of a column that may be NULL needs each row
SELECT count(r.finished_at) FROM activations a JOIN runs r ON r.run_id = a.run_id;
-- Rollup: none: layer_entropy: a sum uses top_k_entropy
SELECT avg(top_k_entropy) FROM token_routing;
-- Rollup: none: there is no aggregate over activations or token_routing
SELECT layer, expert FROM activations ORDER BY ALL LIMIT 3;
-- Rollup: none: question_usage: the rows differ although they are equal
SELECT sum(rn) FROM (SELECT row_number() OVER (PARTITION BY layer) AS rn FROM activations) t;
-- Rollup: none: question_usage: list is in no rollup
SELECT layer, len(list(expert)) n FROM activations GROUP BY layer;
-- Rollup: layer_usage
SELECT approx_count_distinct(expert) a, count(DISTINCT is_last_prompt) b, sum(DISTINCT expert) c FROM activations;
-- Rollup: layer_usage
SELECT layer, expert, grouping(expert) g, avg(weight) w FROM activations GROUP BY CUBE (layer, expert);
-- Rollup: layer_usage
SELECT layer FROM activations GROUP BY layer HAVING avg(weight) > 0.2 AND count(*) > 10;
-- Rollup: layer_usage
SELECT bool_and(layer < 2) a, bool_or(phase = 'prompt' AND NOT is_last_prompt) b FROM activations;
-- Rollup: layer_usage
SELECT r.name, layer, count(*) AS n FROM activations a JOIN runs r USING (run_id) WHERE r.top_k = 2 GROUP BY ALL;
-- Rollup: layer_usage
SELECT count(*) FROM activations a CROSS JOIN (SELECT DISTINCT layer FROM activations) l WHERE l.layer < a.layer;
-- Rollup: layer_usage, layer_entropy
SELECT u.layer, u.n, h.h FROM (SELECT layer, count(*) n FROM activations GROUP BY layer) u JOIN (SELECT layer, avg(entropy) h FROM token_routing GROUP BY layer) h USING (layer);
-- Rollup: question_usage
SELECT CASE WHEN question_id % 2 = 0 THEN 'even' ELSE 'odd' END p, sum(expert) s, avg(expert) a, sum(weight) FILTER (WHERE NOT is_last_prompt) w FROM activations GROUP BY ALL;
-- What is kept of weights, and joins with answers.
-- Rollup: layer_usage
SELECT expert, round(stddev(weight), 12) a, round(var_samp(weight), 12) b, round(var_pop(weight), 12) c, round(stddev_samp(weight), 12) d FROM activations GROUP BY expert;
-- Rollup: layer_usage
SELECT round(stddev_samp(weight), 12) one, round(stddev_pop(weight), 12) p, min(weight) mi FROM activations WHERE layer = 99;
-- Rollup: subject_usage
SELECT q.subject, max(a.weight) b, round(stddev_pop(a.weight) FILTER (WHERE a.layer = 1), 12) s FROM activations a JOIN questions q USING (question_id) GROUP BY q.subject;
-- Rollup: outcome_usage
SELECT w.correct, q.answer, a.expert, count(*) n, sum(a.weight) s FROM questions q JOIN (activations a JOIN answers w ON a.run_id = w.run_id AND a.question_id = w.question_id) ON q.question_id = w.question_id GROUP BY ALL;
-- Rollup: outcome_usage
SELECT a.layer, count(*) n FROM activations a JOIN answers w ON a.run_id = w.run_id AND a.question_id = w.question_id AND w.correct AND a.expert > 2 GROUP BY a.layer;
-- Rollup: outcome_usage
SELECT a.layer, sum(a.weight) n FROM activations a JOIN answers w USING (run_id, question_id) WHERE NOT w.correct GROUP BY a.layer;
-- Rollup: question_usage
SELECT w.correct, count(*) n FROM activations a JOIN answers w ON a.question_id = w.question_id GROUP BY w.correct;
-- Rollup: question_usage
SELECT w.predicted, count(*) n FROM activations a JOIN answers w ON a.run_id = w.run_id AND a.question_id = w.question_id GROUP BY w.predicted;
-- Rollup: question_usage
SELECT w.correct, count(*) n FROM activations a LEFT JOIN answers w ON a.run_id = w.run_id AND a.question_id = w.question_id GROUP BY w.correct;
-- Rollup: none: question_usage: min uses weight
SELECT w.correct, min(a.weight) n FROM activations a JOIN answers w ON a.run_id = w.run_id AND a.question_id = w.question_id GROUP BY w.correct;
-- Rollup: none: question_usage: a sum of numbers of 30 digits, each times a number of rows, may need more than 38
SELECT layer, sum(CAST(expert AS DECIMAL(30, 2))) s FROM activations GROUP BY layer;
-- Rollup: layer_usage
SELECT layer, sum(CAST(expert AS DECIMAL(20, 2))) s, avg(CAST(expert AS DECIMAL(20, 2))) a FROM activations GROUP BY layer;

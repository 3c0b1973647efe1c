-- Window functions and QUALIFY.
SELECT layer, expert, n, rank() OVER (PARTITION BY layer ORDER BY n DESC, expert) rk FROM (SELECT layer, expert, count(*) n FROM activations GROUP BY layer, expert) t ORDER BY layer, rk LIMIT 5;
SELECT layer, expert, count(*) n FROM activations GROUP BY layer, expert QUALIFY row_number() OVER (PARTITION BY layer ORDER BY count(*) DESC, expert) <= 2 ORDER BY layer, expert;
SELECT layer, lag(n) OVER (ORDER BY layer) p, sum(n) OVER (ORDER BY layer ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) cs, n * 1.0 / sum(n) OVER () frac, ntile(4) OVER (ORDER BY layer) nt, first_value(n) OVER w f FROM (SELECT layer, count(*) n FROM token_routing GROUP BY layer) t WINDOW w AS (ORDER BY layer) ORDER BY layer LIMIT 3;
SELECT question_id, sum(ordinal) OVER (ORDER BY question_id) s, avg(ordinal) OVER (PARTITION BY subject) a, count(*) OVER () c, max(ordinal) OVER (ORDER BY question_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) m FROM questions ORDER BY question_id;
SELECT question_id, lead(question_id) OVER (ORDER BY question_id) n, lead(question_id, 2, -1) OVER (ORDER BY question_id) n2, lag(subject, 1) OVER (ORDER BY question_id) p FROM questions ORDER BY question_id;
SELECT question_id, dense_rank() OVER (ORDER BY subject) d, percent_rank() OVER (ORDER BY subject) p, cume_dist() OVER (ORDER BY subject) c, last_value(answer) OVER (PARTITION BY subject ORDER BY ordinal) l, nth_value(answer, 2) OVER (PARTITION BY subject ORDER BY ordinal) n FROM questions ORDER BY question_id;
SELECT run_id, rank() OVER (ORDER BY finished_at) r, rank() OVER (ORDER BY finished_at DESC) d, first_value(run_id) OVER (ORDER BY finished_at DESC NULLS FIRST) f FROM runs ORDER BY run_id;
SELECT question_id, sum(ordinal) OVER (ORDER BY ordinal RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) s FROM questions ORDER BY question_id;
SELECT question_id, stddev_samp(ordinal) OVER (PARTITION BY subject) s, avg(question_id) OVER (ORDER BY question_id ROWS 2 PRECEDING) a FROM questions ORDER BY question_id;
SELECT question_id, median(ordinal) OVER (PARTITION BY subject) m FROM questions ORDER BY question_id;
SELECT question_id FROM questions QUALIFY rank() OVER (PARTITION BY subject ORDER BY ordinal DESC) = 1 ORDER BY question_id;
SELECT question_id, sum(ordinal) OVER (PARTITION BY subject ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) s FROM questions ORDER BY question_id;
SELECT subject, sum(sum(ordinal)) OVER (ORDER BY subject) FROM questions GROUP BY subject ORDER BY subject;
SELECT question_id, sum(CAST(NULL AS INTEGER)) OVER () s FROM questions ORDER BY question_id LIMIT 2;
SELECT question_id, row_number() OVER (ORDER BY question_id) * 2 - 1 AS odd FROM questions ORDER BY 1;
SELECT question_id, count(*) OVER (PARTITION BY subject, ordinal > 2) c FROM questions ORDER BY 1;

-- Forms of the standard that DuckDB does not take. The line before each is the DuckDB statement that means the same.
-- DuckDB: SELECT subject, string_agg(CAST(question_id AS VARCHAR), ',' ORDER BY question_id) l FROM questions WHERE question_id < 7 GROUP BY subject ORDER BY subject
SELECT subject, listagg(CAST(question_id AS VARCHAR), ',') WITHIN GROUP (ORDER BY question_id) l FROM questions WHERE question_id < 7 GROUP BY subject ORDER BY subject;
-- DuckDB: SELECT date_trunc('day', started_at) d FROM runs ORDER BY run_id
SELECT floor(started_at TO DAY) d FROM runs ORDER BY run_id;
-- DuckDB: SELECT question_id, first_value(nullif(answer, 'A') IGNORE NULLS) OVER (PARTITION BY subject ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) f FROM questions ORDER BY question_id
SELECT question_id, first_value(nullif(answer, 'A')) IGNORE NULLS OVER (PARTITION BY subject ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) f FROM questions ORDER BY question_id;
-- DuckDB: SELECT layer, count(*) AS n, count(*)::DOUBLE / sum(count(*)::DOUBLE) OVER () AS s FROM activations GROUP BY layer ORDER BY layer
SELECT layer, count(*) AS n, share(count(*)) AS s FROM activations GROUP BY layer ORDER BY layer;
-- DuckDB: SELECT layer, avg(entropy) / ln(8) AS h FROM token_routing GROUP BY layer ORDER BY layer
SELECT layer, normalised_entropy(avg(entropy), 8) AS h FROM token_routing GROUP BY layer ORDER BY layer;
-- DuckDB: SELECT count(*) FROM token_routing TABLESAMPLE BERNOULLI(100%)
SELECT count(*) FROM token_routing TABLESAMPLE BERNOULLI(100);
-- DuckDB: SELECT question_id FROM questions TABLESAMPLE SYSTEM(100%) REPEATABLE (7)
SELECT question_id FROM questions TABLESAMPLE SYSTEM(100) REPEATABLE (7);

-- Statements that DuckDB takes and Gatehouse refuses for now. The line before each says why. A test fails as soon as
-- one of them works: then it moves to the list of its feature.
-- ORDER BY inside list() and first(): the grammar knows it for array_agg and string_agg only.
SELECT subject, list(ordinal ORDER BY ordinal) FROM questions GROUP BY subject ORDER BY subject;
SELECT first(question_id ORDER BY question_id) f, last(question_id ORDER BY question_id) l FROM questions;
-- FILTER on a window: the validator knows it for plain aggregates only; write CASE inside the aggregate.
SELECT question_id, sum(ordinal) FILTER (WHERE answer <> 'A') OVER (ORDER BY question_id) s FROM questions ORDER BY question_id;
-- IGNORE NULLS inside the parentheses: the grammar knows it behind them.
SELECT question_id, first_value(nullif(answer, 'A') IGNORE NULLS) OVER (ORDER BY ordinal) f FROM questions ORDER BY question_id;
-- FILTER with WITHIN GROUP: the validator does not type it.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ordinal) FILTER (WHERE answer = 'A') FROM questions;
-- A difference of dates or times: the standard has none without an interval qualifier; write date_diff.
SELECT finished_at - started_at AS took FROM runs ORDER BY run_id;
SELECT DATE '2024-03-01' - DATE '2024-02-01' AS days;
-- DATE and TIMESTAMP in one column: the validator brings them to no common type; write CAST.
SELECT CAST('2026-01-01' AS DATE) AS d UNION ALL SELECT started_at FROM runs ORDER BY d;
-- Structs in braces: no table has one, and the validator has no type for them.
SELECT {'a': 1} x;
-- A list of nothing: the validator has no type for it.
SELECT [] x;
-- Lambdas: not in the grammar.
SELECT list_filter(experts, lambda x: x > 3) f FROM token_routing LIMIT 1;
-- Statements that make columns of values.
PIVOT answers ON correct USING count(*) GROUP BY run_id;
-- histogram: it returns a map, which no function here takes.
SELECT histogram(ordinal) h FROM questions;
-- Functions whose result can be far longer than their arguments.
SELECT repeat('ab', 3) x;
SELECT printf('%d', 1) x, format('{}-{}', 1, 2) y;
-- USING SAMPLE, POSITIONAL JOIN, ASOF JOIN: forms of DuckDB alone.
SELECT * FROM questions USING SAMPLE 1;
SELECT * FROM questions POSITIONAL JOIN runs;
-- Dollar quotes: not in the grammar.
SELECT $$text$$ x;
-- QUALIFY without a window function: the validator wants one.
SELECT subject, row_number() OVER (PARTITION BY subject ORDER BY question_id) AS question_id FROM questions QUALIFY question_id = 1 ORDER BY subject;
-- sum of BOOLEAN: the validator wants a number; write count(*) FILTER.
SELECT sum(correct) FROM answers;
-- || of a text and a number: the validator wants two texts; write CAST.
SELECT name || 1 FROM runs;
-- A text and a number in one column: DuckDB makes both texts; write CAST.
SELECT 1 AS x UNION ALL SELECT 'a' ORDER BY x;
-- ALL with a star: what it stands for is known only after the names are.
SELECT * FROM questions ORDER BY ALL;
SELECT subject, count(*) AS n, row_number() OVER () AS r FROM questions GROUP BY ALL;
-- DISTINCT ON with QUALIFY: both choose rows.
SELECT DISTINCT ON (subject) subject FROM questions QUALIFY row_number() OVER (PARTITION BY subject) = 1;
-- unnest inside an expression, and beside a window.
SELECT unnest(experts) + 1 FROM token_routing;
SELECT unnest([1, 2]) e, count(*) OVER () FROM runs;
-- Texts or lists that grow in a recursion: DuckDB's memory limit does not stop them.
WITH RECURSIVE r(i, s) AS (SELECT 1, 'a' UNION ALL SELECT i + 1, s || 'b' FROM r WHERE i < 3) SELECT * FROM r;

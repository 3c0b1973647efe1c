-- What people who know DuckDB type, beyond the standard.
-- FROM first, with SELECT behind it or without.
FROM questions ORDER BY question_id LIMIT 1;
FROM questions WHERE ordinal = 1 ORDER BY question_id;
FROM answers SELECT run_id, count(*) AS n GROUP BY run_id ORDER BY run_id;
FROM answers AS a JOIN questions AS q USING (question_id) SELECT q.subject, a.correct WHERE a.run_id = 1 ORDER BY q.question_id;
FROM questions SELECT DISTINCT subject ORDER BY subject;
FROM (FROM questions SELECT subject, ordinal WHERE ordinal > 1) AS t SELECT max(ordinal) AS m;
WITH hard AS (FROM answers WHERE NOT correct) FROM hard SELECT count(*);
SELECT count(*) FROM (FROM runs) AS r;
FROM runs SELECT run_id UNION ALL FROM questions SELECT question_id ORDER BY 1 LIMIT 5;
-- GROUP BY ALL: the items that hold no aggregate.
SELECT layer, expert, count(*) FROM activations GROUP BY ALL ORDER BY 1, 2;
SELECT layer + 1 AS following, scope, avg(entropy) AS h FROM token_routing GROUP BY ALL ORDER BY following, scope;
SELECT count(*) AS n, subject FROM questions GROUP BY ALL ORDER BY subject;
SELECT count(*) FROM questions GROUP BY ALL;
SELECT subject FROM questions GROUP BY ALL ORDER BY subject;
SELECT subject, (SELECT max(run_id) FROM runs) AS last, count(*) AS n FROM questions GROUP BY ALL ORDER BY subject;
SELECT upper(subject) AS s, sum(ordinal) FILTER (WHERE ordinal > 1) AS o FROM questions GROUP BY ALL HAVING count(*) > 1 ORDER BY s;
-- ORDER BY ALL: from the first item to the last.
SELECT layer, expert, count(*) FROM activations GROUP BY ALL ORDER BY ALL LIMIT 3;
SELECT layer, expert, count(*) AS n FROM activations GROUP BY ALL ORDER BY ALL DESC LIMIT 3;
SELECT subject, answer FROM questions ORDER BY ALL;
SELECT nullif(answer, 'A') AS a, ordinal FROM questions ORDER BY ALL NULLS FIRST;
SELECT DISTINCT subject, ordinal FROM questions ORDER BY ALL;
SELECT run_id FROM runs UNION ALL SELECT ordinal FROM questions ORDER BY ALL DESC;
WITH q AS (SELECT subject, ordinal FROM questions) SELECT ordinal, subject FROM q ORDER BY ALL LIMIT 4;
-- DISTINCT ON: the first row of each.
SELECT DISTINCT ON (subject) subject, question_id FROM questions ORDER BY subject, question_id;
SELECT DISTINCT ON (subject) subject, question_id FROM questions ORDER BY subject, question_id DESC;
SELECT DISTINCT ON (subject) question_id AS q, subject AS s FROM questions ORDER BY s, q DESC;
SELECT DISTINCT ON (layer, scope) layer, scope, entropy FROM token_routing ORDER BY layer, scope, entropy, run_id, question_id, position;
SELECT DISTINCT ON (subject) subject, ordinal FROM questions WHERE ordinal > 1 ORDER BY 1, 2 DESC;
SELECT DISTINCT ON (subject) subject, count(*) AS n, answer FROM questions GROUP BY subject, answer ORDER BY subject, n DESC, answer;
SELECT count(*) FROM (SELECT DISTINCT ON (subject) subject FROM questions) AS t;
-- unnest as an item: a row for each element.
SELECT unnest([1, 2]) e;
SELECT unnest(experts) AS expert, layer FROM token_routing WHERE run_id = 2 ORDER BY question_id, layer, expert;
SELECT unnest([1, 2]) AS a, unnest([3, 4, 5]) AS b;
SELECT unnest(choices) AS choice FROM questions WHERE question_id = 1;
SELECT question_id, unnest(choices) AS choice FROM questions ORDER BY question_id, choice LIMIT 6;
SELECT expert, count(*) AS n FROM (SELECT unnest(experts) AS expert FROM token_routing) AS t GROUP BY expert ORDER BY expert;
SELECT e + 1 AS following FROM (SELECT unnest(experts) AS e FROM token_routing WHERE layer = 0) AS t WHERE e > 2 ORDER BY following;
SELECT DISTINCT unnest(experts) AS e FROM token_routing ORDER BY e;
SELECT unnest(experts)::VARCHAR AS e FROM token_routing WHERE run_id = 2 ORDER BY e LIMIT 3;
SELECT unnest(experts) AS e FROM token_routing UNION SELECT 99 ORDER BY e;
SELECT count(*) FROM (SELECT unnest(list_slice(experts, 1, 1)) AS e FROM token_routing) AS t JOIN runs ON runs.run_id = t.e;
SELECT max(e) FROM (SELECT unnest(experts) AS e FROM token_routing LIMIT 5) AS t WHERE e < 100;
SELECT question_id FROM questions WHERE question_id IN (SELECT unnest([1, 3])) ORDER BY 1;
-- Lists in brackets.
SELECT [1, 2, 3] x;
SELECT [1, 2.5] x, ['a', 'bcd'] y, [[1], [2, 3]] z, [NULL, 1] n;
SELECT [10, 20, 30][2] x, [1, 2][3] y;
SELECT [ordinal, question_id] AS pair FROM questions ORDER BY question_id LIMIT 2;
SELECT list_contains([1, 2], ordinal) AS c FROM questions ORDER BY question_id;
SELECT len(experts) = len([1, 2]) AS two FROM token_routing LIMIT 1;
SELECT u.x FROM UNNEST([3, 1, 2]) AS u(x) ORDER BY u.x;
SELECT question_id FROM questions WHERE choices = ['one', 'two', 'three', 'four'] ORDER BY 1;
-- Types of lists.
SELECT ['1', '2']::INTEGER[] AS x, CAST([1, 2] AS VARCHAR[]) AS y;
SELECT CAST(experts AS BIGINT[]) AS e FROM token_routing ORDER BY run_id, question_id, layer, position LIMIT 2;
SELECT CAST([[1]] AS DOUBLE[][]) AS x;
-- The place of an element.
SELECT t.layer, u.e, u.r FROM token_routing AS t CROSS JOIN UNNEST(t.experts) WITH ORDINALITY AS u(e, r) ORDER BY t.run_id, t.question_id, t.position, t.layer, u.r;
SELECT t.layer, u.e, count(*) n FROM token_routing t CROSS JOIN UNNEST(t.experts) WITH ORDINALITY AS u(e, r) WHERE u.r = 1 GROUP BY t.layer, u.e ORDER BY 1, 2;
SELECT u.o, u.x FROM UNNEST(['a', 'b']) WITH ORDINALITY AS u(x, o) ORDER BY u.o DESC;
-- Casts behind the value; those that fail as NULL.
SELECT '7'::INTEGER + 1 AS a, -1::INTEGER AS b, '1' || 2::VARCHAR AS c, TRUE::INTEGER AS d;
SELECT TRY_CAST(subject AS INTEGER) x, TRY_CAST('12' AS INTEGER) y FROM questions LIMIT 1;
SELECT try_cast('2026-01-02' AS DATE) d, try_cast('tomorrow' AS DATE) e;
-- Counting, and the largest of several.
SELECT count() FROM questions;
SELECT subject, count() AS n FROM questions GROUP BY subject ORDER BY subject;
SELECT count() FILTER (WHERE ordinal = 1) AS firsts FROM questions;
SELECT count() OVER (PARTITION BY subject) AS n, question_id FROM questions ORDER BY question_id;
SELECT max(ordinal, 2) FROM questions;
SELECT subject, min(question_id, 2) AS m, max(question_id, 1) AS x FROM questions GROUP BY subject ORDER BY subject;
SELECT arg_max(question_id, question_id, 2) AS q, max_by(answer, question_id) AS a FROM questions;
-- Numbers as people write them.
SELECT 1_000 AS a, 1_000_000.25 AS b, 12_3 + 1 AS c;
SELECT 10 // 3 x;
SELECT 7 // 2 AS a, -7 // 2 AS b, 7.5 // 2 AS c, 7::DOUBLE // 2 AS d, 10 // 3 * 2 AS e, 2 * 10 // 3 AS f, 100 // 7 // 2 AS g, 7 // 2 % 2 AS h;
SELECT question_id // 5 AS bucket, count(*) AS n FROM questions GROUP BY bucket ORDER BY bucket;
SELECT layer::BIGINT // 2::SMALLINT AS half FROM token_routing ORDER BY run_id, question_id, position, layer LIMIT 3;
SELECT 1//1 AS a -- one // one
;
-- Queries that refer to themselves.
WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT * FROM r ORDER BY i;
WITH RECURSIVE f(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM f WHERE n < 10) SELECT n, a FROM f ORDER BY n;
WITH RECURSIVE runs(x) AS (SELECT 1 UNION SELECT x % 3 + 1 FROM runs), q AS (SELECT x * 2 y FROM runs) SELECT a.x, q.y FROM runs a JOIN q ON q.y = a.x * 2 ORDER BY 1;
WITH RECURSIVE r(q, d) AS (SELECT question_id, 0 FROM questions WHERE ordinal = 1 UNION ALL SELECT a.question_id, d + 1 FROM questions a JOIN r ON a.question_id = r.q + 1 WHERE d < 2) SELECT q, max(d) FROM r GROUP BY q ORDER BY 1;
SELECT t.s, r.run_id FROM (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT sum(i) AS s FROM r) t, runs r ORDER BY r.run_id;
WITH RECURSIVE level(l) AS (SELECT 0 UNION ALL SELECT l + 1 FROM level WHERE l < 3) SELECT v.l, count(t.layer) AS n FROM level AS v LEFT JOIN token_routing AS t ON t.layer = v.l GROUP BY v.l ORDER BY v.l;
-- What there is.
DESCRIBE questions;
DESCRIBE runs;
DESCRIBE activations;
DESCRIBE SELECT run_id, count(*) AS n, avg(prompt_tokens) AS t FROM answers GROUP BY run_id;
DESCRIBE FROM tokens SELECT token, position;
SUMMARIZE questions;
SUMMARIZE answers;
SUMMARIZE SELECT ordinal + 1 AS following, subject FROM questions WHERE ordinal > 1;
-- Powers bind tighter than a product and looser than a sign.
SELECT 2 ** 3 x, 2 ^ 3 y, -2 ** 2 z, 2 * 3 ** 2 u, 2 ** 3 ** 2 v, 2 ** -1 w, 10 * 3 ** 2 t;
-- Bits: all bind alike, looser than a sum and tighter than a comparison.
SELECT 5 & 3 x, 5 | 3 y, 1 << 4 z, 256 >> 2 w;
SELECT 5 & 3 + 1 a, 1 | 2 & 4 b, 4 & 2 | 1 c, 1 << 2 + 1 d, 1 << 2 | 1 e, 1 | 1 << 2 f, 2 * 3 & 4 g, 12 >> 1 << 1 h, 7 & 12 >> 2 i;
SELECT 5 & 3 = 1 a, 1 << 2 > 3 b, 5 & 3 BETWEEN 0 AND 1 c, 5 & 3 IN (1) d, 5 & 3 IS NULL e, NOT 5 & 3 = 1 f;
SELECT question_id & 1 AS odd, count(*) FROM questions GROUP BY odd ORDER BY odd;
SELECT 5 & NULL x, layer & question_id y, layer << 1 z FROM token_routing ORDER BY run_id, question_id, position, layer LIMIT 3;
-- Rows of whole numbers, written out and no more than 1,000,000.
SELECT * FROM range(3);
SELECT * FROM range(1, 10, 4);
SELECT * FROM generate_series(1, 3) t(i) ORDER BY i;
SELECT t.i * 2 AS twice FROM generate_series(3, 1, -1) AS t(i) ORDER BY twice;
SELECT l.layer, count(a.expert) AS n FROM range(4) AS l(layer) LEFT JOIN activations AS a ON a.layer = l.layer GROUP BY l.layer ORDER BY l.layer;
SELECT count(*) FROM range(0), range(5);
-- A relation by itself.
TABLE runs;
TABLE questions ORDER BY question_id LIMIT 2;
VALUES (1, 'a'), (2, 'b');
-- Columns whose names match.
SELECT COLUMNS('.*_id') FROM questions ORDER BY question_id LIMIT 1;
SELECT max(COLUMNS('^(entropy|mass)$')) FROM token_routing;
SELECT COLUMNS(*) FROM runs ORDER BY run_id;
SELECT q.question_id, COLUMNS('correct|subject') FROM answers a JOIN questions q ON q.question_id = a.question_id WHERE a.run_id = 1 ORDER BY 1;
-- Numbers for anything.
SELECT hash('a') = hash('a') AS same;

-- What may come from clients that want to stop a server. {a-b} is a number between the two, drawn anew each time; each ?
-- is a long text.
SELECT a.*, t.token FROM activations AS a, tokens AS t;
SELECT t.token, u.token, a.* FROM tokens AS t, tokens AS u, activations AS a WHERE a.expert <> {0-60};
SELECT a.*, q.question FROM activations AS a, questions AS q ORDER BY a.weight + {1-9} DESC;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({50-400})) SELECT max(length(s || token)) FROM b, tokens;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({50-400})) SELECT max(length(substr(s, "position" + {1-9}))) FROM b, tokens;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({50-400})) SELECT max(len(string_split(s || token, ''))) FROM b, tokens;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({5-50})) SELECT max(len(regexp_extract_all(s || token, '.'))) FROM b, tokens;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({50-400})) SELECT upper(s) || token FROM b, tokens;
WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range({50-400})) SELECT max(length(reverse(s || token))) FROM b, tokens;
SELECT length(replace(a, 'a', b)) FROM (SELECT max(x) AS a, min(y) AS b FROM (VALUES (CAST(? AS VARCHAR), CAST(? AS VARCHAR))) AS t(x, y));
SELECT length(replace(replace(a, 'a', b), 'a', b)) FROM (SELECT max(x) AS a, min(y) AS b FROM (VALUES (CAST(? AS VARCHAR), CAST(? AS VARCHAR))) AS t(x, y));
SELECT levenshtein(CAST(? AS VARCHAR) || token, CAST(? AS VARCHAR)) FROM tokens LIMIT {1-5};
SELECT max(levenshtein(CAST(? AS VARCHAR) || token, CAST(? AS VARCHAR))) FROM tokens;
WITH b AS (SELECT array_agg(weight) AS w FROM activations) SELECT max(len(w[1:400000 - "position"])) FROM b, tokens;
WITH b AS (SELECT array_agg(weight) AS w FROM activations) SELECT max(len(list_sort(w))) FROM b, tokens WHERE "position" > {0-9};
WITH b AS (SELECT array_agg(weight) AS w FROM activations) SELECT max(len(list_intersect(w, [weight]))) FROM b, activations;
WITH b AS (SELECT array_agg(weight) AS w FROM activations) SELECT max(len(list_distinct(w))) FROM b, tokens WHERE token_id > {0-9};
WITH b AS (SELECT array_agg(weight) AS w FROM activations) SELECT w FROM b, tokens;
SELECT COLUMNS('(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)\1\2!') FROM (SELECT {1-100000} AS aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) AS t;
SELECT count(*) FROM tokens WHERE regexp_matches(token || repeat('a', {20-60}), '(a+)+$');
SELECT sum(a.token_id + b.token_id + c.token_id) FROM tokens AS a, tokens AS b, tokens AS c WHERE a.token_id <> {0-99};
SELECT a.token, b.token, count(*) FROM tokens AS a, tokens AS b, range({10-1000}) GROUP BY ALL ORDER BY 3 DESC;
SELECT array_agg(a.weight ORDER BY b.weight) FROM activations AS a, activations AS b WHERE a.layer = {0-3};
SELECT string_agg(a.token, '' ORDER BY b.token) FROM tokens AS a, tokens AS b;
WITH RECURSIVE r(n, s) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, s || s FROM r WHERE n < {20-60}) SELECT max(length(s)) FROM r;
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {1-9}00000000) SELECT count(*) FROM r;
SELECT max(len(range({1000-9000000}))) FROM tokens;
SELECT a.token_id, sum(b.weight) OVER (ORDER BY b.weight ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM tokens AS a, activations AS b;
SELECT median(a.weight + b.weight) FROM activations AS a, activations AS b WHERE b.expert > {0-60};
SELECT count(DISTINCT a.weight * b.weight) FROM activations AS a, activations AS b WHERE b.layer < {1-4}

-- Where operators bind differently in different systems.
SELECT 1 + 2 * 3 a, (1 + 2) * 3 b, 10 - 4 - 3 c, 100 / 5 / 2 d, 2 * 7 % 4 e, 7 % 4 * 2 f, -2 * -3 g;
SELECT NOT 1 = 2 a, NOT FALSE AND FALSE b, TRUE OR FALSE AND FALSE c, NOT (TRUE OR FALSE) d;
SELECT 1 + 1 = 2 AND 3 < 4 a, 1 = 1 IS TRUE b, 2 BETWEEN 1 AND 3 AND TRUE c, NOT 2 BETWEEN 1 AND 3 d;
SELECT 'a' || 'b' = 'ab' a, 'a' || 'b' LIKE 'ab' b, 'x' || 'y' IN ('xy') c;
SELECT 5 - 3 - 1 a, 5 - (3 - 1) b, 8 / (4 / 2) c, -3 + 5 d, -(3 + 5) e;
SELECT NOT ordinal IN (1, 2) a, NOT subject LIKE 'a%' b, NOT answer IS NULL c FROM questions ORDER BY question_id;
SELECT (1 < 2) = TRUE a, (1 = 1) = (2 = 2) b;
SELECT CASE WHEN 1 = 1 THEN 2 ELSE 3 END + 1 a, CAST(1 AS DOUBLE) / 2 b, 3::double / 2 c, -1::integer d;
SELECT ordinal + 1 IS NOT NULL AND ordinal - 1 IS NULL a FROM questions ORDER BY question_id LIMIT 1;
SELECT question_id FROM questions WHERE ordinal = 1 OR ordinal = 2 AND answer = 'A' ORDER BY 1;
SELECT question_id FROM questions WHERE NOT ordinal = 1 AND NOT answer = 'A' OR subject = 'Chemie' ORDER BY 1;

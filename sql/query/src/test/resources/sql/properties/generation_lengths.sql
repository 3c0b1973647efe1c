-- A mean lies between the smallest and the largest value, and a share between 0 and 1.
SELECT * FROM generation_lengths
WHERE NOT (n > 0 AND mean_tokens BETWEEN least_tokens AND most_tokens AND least_tokens > 0 AND cut BETWEEN 0 AND n
    AND cut_share BETWEEN 0 AND 1 AND mean_seconds >= 0);

-- It counts all generated tokens of the run.
SELECT g.run_id
FROM (SELECT run_id, sum(tokens) AS tokens FROM generation_lengths GROUP BY run_id) AS g
FULL JOIN (SELECT run_id, sum(tokens) AS tokens FROM generations GROUP BY run_id) AS w ON w.run_id = g.run_id
WHERE w.tokens IS DISTINCT FROM g.tokens;

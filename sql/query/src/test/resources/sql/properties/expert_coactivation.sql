-- Two fire together no more often than one fires, and are neighbours no more often than together.
SELECT * FROM expert_coactivation
WHERE NOT (adjacent <= together AND together BETWEEN 1 AND n AND share BETWEEN 0 AND 1 AND adjacent_share <= share
    AND lift > 0);

-- Firing together is mutual.
SELECT a.run_id
FROM expert_coactivation AS a
LEFT JOIN expert_coactivation AS b
    ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.expert = a.other_expert
        AND b.other_expert = a.expert
WHERE b.together IS DISTINCT FROM a.together OR b.adjacent IS DISTINCT FROM a.adjacent OR abs(b.lift - a.lift) > 1e-9;

-- Beside an expert top_k - 1 others fire.
SELECT c.run_id
FROM expert_coactivation AS c
JOIN runs AS r ON r.run_id = c.run_id
GROUP BY c.run_id, c.scope, c.layer, c.expert, r.top_k
HAVING abs(sum(c.share) - (r.top_k - 1)) > 1e-9;

-- Five tokens together in each of those subjects.
SELECT * FROM expert_coactivation WHERE NOT (subjects >= 0 AND together >= 5 * subjects);

-- With one subject there is one of them, where the lift over all says so.
SELECT c.run_id
FROM expert_coactivation AS c
JOIN (
    SELECT a.run_id, count(DISTINCT q.subject) AS subjects
    FROM answers AS a
    JOIN questions AS q ON q.question_id = a.question_id
    GROUP BY a.run_id
) AS s ON s.run_id = c.run_id
WHERE s.subjects = 1 AND abs(c.lift - 1.5) > 1e-9 AND (c.subjects = 1) <> (c.together >= 5 AND c.lift > 1.5);

-- Two that fire together more often than by chance have a positive z.
SELECT * FROM expert_coactivation WHERE abs(lift - 1) > 1e-9 AND sign(lift - 1) <> sign(z);

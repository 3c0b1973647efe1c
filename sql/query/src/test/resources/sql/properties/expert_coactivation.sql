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

-- Ranks are those of the chosen, or the one after.
SELECT c.run_id
FROM standing_committee AS c
JOIN runs AS r ON r.run_id = c.run_id
WHERE NOT (c.mean_rank BETWEEN 1 AND r.top_k + 1 AND c.rank_variance >= 0 AND c.present_in BETWEEN 0 AND c.subjects
    AND c.contribution >= 0 AND c.coverage BETWEEN 0 AND 1 + 1e-11);

-- Members serve four subjects of five, and are counted.
SELECT run_id
FROM standing_committee
GROUP BY run_id, scope, layer, committee_size
HAVING count(*) FILTER (WHERE in_committee) <> committee_size
    OR count(*) FILTER (WHERE in_committee AND present_in < 0.8 * subjects) > 0;

-- No member beats another in both mean and variance of its rank.
SELECT a.run_id
FROM standing_committee AS a
JOIN standing_committee AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
WHERE a.in_committee AND b.in_committee AND a.mean_rank < b.mean_rank AND a.rank_variance < b.rank_variance;

-- They cover what they contribute.
SELECT run_id
FROM standing_committee
GROUP BY run_id, scope, layer, coverage
HAVING abs(sum(CASE WHEN in_committee THEN contribution ELSE 0 END) / sum(contribution) - coverage) > 1e-9;

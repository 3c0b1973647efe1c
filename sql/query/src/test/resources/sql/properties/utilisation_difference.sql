-- The other way round it is the inverse.
SELECT a.run_id
FROM utilisation_difference AS a
LEFT JOIN utilisation_difference AS b
    ON b.run_id = a.other_run_id AND b.other_run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
        AND b.expert = a.expert
WHERE b.share IS DISTINCT FROM a.other_share OR b.other_share IS DISTINCT FROM a.share OR b.n IS DISTINCT FROM a.other_n
    OR abs(a.change * b.change - 1) > 1e-9;

-- The shares are those of both runs.
SELECT d.run_id
FROM utilisation_difference AS d
JOIN expert_utilisation AS u ON u.run_id = d.run_id AND u.scope = d.scope AND u.layer = d.layer AND u.expert = d.expert
JOIN expert_utilisation AS o
    ON o.run_id = d.other_run_id AND o.scope = d.scope AND o.layer = d.layer AND o.expert = d.expert
WHERE d.share <> u.share OR d.other_share <> o.share OR (d.change IS NULL) <> (o.share = 0);

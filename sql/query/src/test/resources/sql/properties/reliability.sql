-- Correlations are correlations, and more questions agree better.
SELECT * FROM reliability
WHERE NOT (coalesce(spearman, 0) BETWEEN -1 - 1e-9 AND 1 + 1e-9 AND coalesce(least_spearman <= spearman + 1e-9, true)
    AND coalesce(spearman_brown >= spearman - 1e-9, true) AND (spearman IS NULL) = (least_spearman IS NULL)
    AND (spearman_brown IS NULL) = (NOT coalesce(spearman >= 0, false)));

-- Lists agree in a share of their scores, and those at random in less than all of them.
SELECT * FROM reliability
WHERE NOT (n >= 4 AND scores > 0 AND jaccard BETWEEN 0 AND 1 + 1e-9 AND chance_jaccard > 0
    AND (chance_jaccard < 1 OR scores = 1));

-- All experts of a layer are ranked by load.
SELECT r.run_id
FROM reliability AS r
JOIN unused_experts AS u ON u.run_id = r.run_id AND u.scope = r.scope AND u.layer = r.layer
WHERE r.statistic <> 'subject' AND r.scores <> u.experts;

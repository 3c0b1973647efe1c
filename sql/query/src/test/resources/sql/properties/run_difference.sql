-- Shares, of which those that forgive less are smaller.
SELECT * FROM run_difference
WHERE NOT (0 <= same_set AND same_set <= jaccard + 1e-11 AND jaccard <= saturation + 1e-11 AND saturation <= 1 + 1e-11
    AND rank_biased_overlap BETWEEN 0 AND 1 + 1e-11 AND top_1_agreement BETWEEN 0 AND 1);

-- A difference is mutual.
SELECT a.run_id
FROM run_difference AS a
LEFT JOIN run_difference AS b
    ON b.run_id = a.other_run_id AND b.other_run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
JOIN runs AS r ON r.run_id = a.run_id
JOIN runs AS o ON o.run_id = a.other_run_id AND o.top_k = r.top_k
WHERE b.n IS DISTINCT FROM a.n OR abs(a.rank_biased_overlap - b.rank_biased_overlap) > 1e-11
    OR abs(a.saturation - b.saturation) > 1e-11 OR abs(a.jaccard - b.jaccard) > 1e-11
    OR a.top_1_agreement IS DISTINCT FROM b.top_1_agreement OR a.same_set <> b.same_set;

-- By chance two runs have the same experts in common, seen from either of them.
SELECT a.run_id
FROM run_difference AS a
JOIN run_difference AS b
    ON b.run_id = a.other_run_id AND b.other_run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
JOIN layers AS k ON k.run_id = a.run_id AND k.layer = a.layer
JOIN layers AS l ON l.run_id = b.run_id AND l.layer = b.layer
WHERE abs(a.chance * k.top_k - b.chance * l.top_k) > 1e-12;

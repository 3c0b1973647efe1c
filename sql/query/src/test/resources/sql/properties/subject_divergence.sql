-- It is a share of one bit, of two subjects with tokens.
SELECT * FROM subject_divergence
WHERE NOT (divergence BETWEEN 0 AND 1 AND n > 0 AND other_n > 0 AND subject < other_subject);

-- Each pair of subjects of a layer has one row.
SELECT s.run_id
FROM (
    SELECT run_id, scope, layer, count(DISTINCT subject) AS subjects
    FROM subject_specialisation
    GROUP BY run_id, scope, layer
) AS s
LEFT JOIN (
    SELECT run_id, scope, layer, count(*) AS pairs FROM subject_divergence GROUP BY run_id, scope, layer
) AS d ON d.run_id = s.run_id AND d.scope = s.scope AND d.layer = s.layer
WHERE coalesce(d.pairs, 0) <> s.subjects * (s.subjects - 1) // 2;

-- It lies between bounds that follow from the total variation (Lin 1991; Pinsker's inequality).
SELECT d.run_id
FROM subject_divergence AS d
JOIN (
    SELECT a.run_id, a.scope, a.layer, a.subject, b.subject AS other_subject, sum(abs(a.load_share - b.load_share)) / 2 AS variation
    FROM (
        SELECT *, activations / sum(activations) OVER (PARTITION BY run_id, scope, layer, subject) AS load_share
        FROM subject_specialisation
    ) AS a
    JOIN (
        SELECT *, activations / sum(activations) OVER (PARTITION BY run_id, scope, layer, subject) AS load_share
        FROM subject_specialisation
    ) AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.expert = a.expert
    WHERE a.subject < b.subject
    GROUP BY a.run_id, a.scope, a.layer, a.subject, b.subject
) AS v
    ON v.run_id = d.run_id AND v.scope = d.scope AND v.layer = d.layer AND v.subject = d.subject
        AND v.other_subject = d.other_subject
WHERE NOT d.divergence BETWEEN v.variation * v.variation / (2 * ln(2)) - 1e-9 AND v.variation + 1e-9;

-- What chance makes of few tokens is a divergence, too.
SELECT * FROM subject_divergence WHERE NOT chance BETWEEN 0 AND 1;

-- A number of experts.
SELECT * FROM unused_rarefaction
WHERE NOT (unused BETWEEN -1e-9 AND experts + 1e-9 AND abs(unused_share - unused / experts) < 1e-11
    AND uniform_unused BETWEEN 0 AND experts AND questions BETWEEN 1 AND n);

-- More questions leave no more unused.
SELECT a.run_id
FROM unused_rarefaction AS a
JOIN unused_rarefaction AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
WHERE a.questions < b.questions AND (b.unused > a.unused + 1e-9 OR b.uniform_unused > a.uniform_unused);

-- It ends at the run.
SELECT r.run_id
FROM unused_rarefaction AS r
JOIN unused_experts AS u ON u.run_id = r.run_id AND u.scope = r.scope AND u.layer = r.layer
WHERE r.questions = r.n AND abs(r.unused - u.unused) > 1e-9;

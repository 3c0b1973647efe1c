-- The busiest experts take at least as much as others, and all take all.
SELECT * FROM load_concentration
WHERE NOT (share BETWEEN keys / experts - 1e-11 AND 1 AND keys BETWEEN 1 AND experts AND n > 0) OR (part = 1 AND share <> 1);

-- More of them take no less.
SELECT a.run_id
FROM load_concentration AS a
JOIN load_concentration AS b ON b.run_id = a.run_id AND b.scope = a.scope
WHERE a.part < b.part AND a.share > b.share;

-- With one layer the half of the experts is the half of the layer.
SELECT c.run_id
FROM load_concentration AS c
JOIN layer_load AS l ON l.run_id = c.run_id AND l.scope = c.scope
JOIN (SELECT run_id FROM layers GROUP BY run_id HAVING count(*) = 1) AS o ON o.run_id = c.run_id
WHERE c.part = 0.5 AND c.keys = floor(l.experts / 2) AND abs(c.share - l.top50_share) > 1e-11;

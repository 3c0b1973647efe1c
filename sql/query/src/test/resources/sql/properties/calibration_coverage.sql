-- A share of the experts is below, and none where the expert with the fewest has the minimum.
SELECT * FROM calibration_coverage
WHERE NOT (below BETWEEN 0 AND experts AND below_share = below / experts AND (below = 0) = (fewest >= minimum));

-- Below 1 are the unused experts.
SELECT c.run_id
FROM calibration_coverage AS c
JOIN unused_experts AS u ON u.run_id = c.run_id AND u.scope = c.scope AND u.layer = c.layer
WHERE c.minimum = 1 AND (c.below <> u.unused OR c.experts <> u.experts OR (c.tokens_needed IS NULL) <> (u.unused > 0));

-- A larger minimum has no fewer experts below it, and needs more tokens.
SELECT a.run_id
FROM calibration_coverage AS a
JOIN calibration_coverage AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer
WHERE a.minimum < b.minimum AND (a.below > b.below OR a.tokens_needed > b.tokens_needed);

-- The tokens of the run are enough where no expert is below.
SELECT * FROM calibration_coverage WHERE fewest > 0 AND (below = 0) <> (tokens_needed <= n);

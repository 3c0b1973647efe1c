-- Cosines.
SELECT * FROM expert_similarity
WHERE NOT (abs(router_cosine) <= 1 + 1e-9 AND abs(gate_proj_cosine) <= 1 + 1e-9 AND abs(up_proj_cosine) <= 1 + 1e-9
    AND abs(down_proj_cosine) <= 1 + 1e-9 AND abs(weight_cosine) <= 1 + 1e-9);

-- Distances are the same both ways.
SELECT a.run_id
FROM expert_similarity AS a
LEFT JOIN expert_similarity AS b
    ON b.run_id = a.run_id AND b.layer = a.layer AND b.expert = a.other_expert AND b.other_expert = a.expert
WHERE b.distance IS NULL OR abs(b.distance - a.distance) > 1e-9 OR NOT (a.distance >= 0 AND a.relative_distance BETWEEN 0 AND sqrt(2) + 1e-9);

-- No detour is shorter.
SELECT a.run_id
FROM expert_similarity AS a
JOIN expert_similarity AS b ON b.run_id = a.run_id AND b.layer = a.layer AND b.expert = a.other_expert
JOIN expert_similarity AS c
    ON c.run_id = a.run_id AND c.layer = a.layer AND c.expert = a.expert AND c.other_expert = b.other_expert
WHERE c.distance > a.distance + b.distance + 1e-9;

-- Between even and all on one.
SELECT * FROM layer_load
WHERE NOT (balancedness BETWEEN 1 / experts - 1e-11 AND 1 AND gini BETWEEN -1e-11 AND 1 - 1 / experts + 1e-11
    AND effective_experts BETWEEN 1 - 1e-11 AND experts + 1e-11 AND max_violation >= 0 AND cv >= 0
    AND busiest_share BETWEEN uniform_share - 1e-11 AND 1 + 1e-11);

-- What is even by one of them is even by all.
SELECT * FROM layer_load WHERE (max_violation = 0) <> (abs(cv) < 1e-11) OR (max_violation = 0) <> (abs(gini) < 1e-11);

-- A violation is what balancedness is of one.
SELECT * FROM layer_load WHERE abs(balancedness * (1 + max_violation) - 1) > 1e-11;

-- Half of the experts takes half of the activations or more, and a part takes no more than a larger part.
SELECT * FROM layer_load
WHERE top50_share < floor(experts / 2) / experts - 1e-11 OR top25_share < floor(experts / 4) / experts - 1e-11
    OR top10_share > top25_share OR top25_share > top50_share OR top50_share > 1
    OR (top10_share IS NULL) <> (experts < 10) OR (top25_share IS NULL) <> (experts < 4);

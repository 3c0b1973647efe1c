-- The token ratios of a layer sum to 1, and those before an expert are not its own.
SELECT run_id
FROM esft_scores
GROUP BY run_id, scope, subject, layer
HAVING abs(sum(token_ratio) - 1) > 1e-9 OR abs(max(tokens_before + token_ratio) - 1) > 1e-9 OR min(tokens_before) <> 0
    OR min(gate_before) <> 0;

-- Scores are not negative, and fall.
SELECT a.run_id
FROM esft_scores AS a
JOIN esft_scores AS b ON b.run_id = a.run_id AND b.scope = a.scope AND b.subject = a.subject AND b.layer = a.layer
WHERE a.token_ratio <= 0 OR a.gate_score < 0 OR (a.tokens_before < b.tokens_before AND a.token_ratio < b.token_ratio)
    OR (a.gate_before < b.gate_before AND a.gate_score < b.gate_score);

-- So it is of the pooled scores, where ranks are by shares of four places.
SELECT run_id
FROM esft_scores
GROUP BY run_id, scope, subject, layer
HAVING abs(sum(token_share_pooled) - 1) > 1e-9 OR min(pooled_before) <> 0
    OR abs(max(pooled_before + token_share_pooled) - 1) > 0.0001 * count(*);

-- With one question of a subject, or one token of each question, pooling changes nothing.
SELECT * FROM esft_scores
WHERE (n = 1 OR scope = 'last_prompt')
    AND (abs(token_share_pooled - token_ratio) > 1e-9 OR abs(gate_mean_pooled - gate_score) > 1e-9);

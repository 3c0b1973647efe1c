-- Between even and all on as few experts as a token chooses; the whole is no less even than the least even batch.
SELECT b.run_id
FROM batch_load AS b
JOIN layers AS k ON k.run_id = b.run_id AND k.layer = b.layer
WHERE NOT (b.n > 0 AND b.mean_tokens > 0 AND b.mean_imbalance BETWEEN 1 - 1e-9 AND b.peak_imbalance * (1 + 1e-9)
    AND b.peak_imbalance <= k.experts / k.top_k + 1e-9 AND b.run_imbalance <= b.peak_imbalance * (1 + 1e-9));

-- A larger capacity drops no more, and not all.
SELECT * FROM batch_load
WHERE NOT (drop_at_1 < 1 AND drop_at_1 >= drop_at_1_25 AND drop_at_1_25 >= drop_at_1_5 AND drop_at_1_5 >= drop_at_2
    AND drop_at_2 >= 0);

-- Of all questions together it is the violation of the layer.
SELECT b.run_id
FROM batch_load AS b
JOIN layer_load AS l ON l.run_id = b.run_id AND l.scope = b.scope AND l.layer = b.layer
WHERE b.questions = 1 AND (abs(b.run_imbalance - 1 - l.max_violation) > 1e-9 OR abs(b.mean_tokens * b.n - l.n) > 1e-6);

-- Twice as large batches are at most half as many.
SELECT a.run_id
FROM batch_load AS a
JOIN batch_load AS b
    ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.questions = 2 * a.questions
WHERE b.n <> floor(a.n / 2);

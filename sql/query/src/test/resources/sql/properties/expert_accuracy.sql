-- An accuracy lies in its interval, and that between 0 and 1.
SELECT * FROM expert_accuracy
WHERE NOT (0 <= wilson_low AND wilson_low <= accuracy AND accuracy <= wilson_high AND wilson_high <= 1
    AND correct BETWEEN 0 AND n AND weighted_accuracy BETWEEN 0 AND 1 + 1e-12 AND rest_accuracy BETWEEN 0 AND 1);

-- Differences of shares are between -1 and 1.
SELECT * FROM expert_accuracy WHERE NOT (lift BETWEEN -1 AND 1 AND stratified_lift BETWEEN -1 - 1e-12 AND 1 + 1e-12);

-- A difference within subjects lies in its interval, and has one wherever it is known.
SELECT * FROM expert_accuracy
WHERE NOT (stratified_low <= stratified_lift AND stratified_lift <= stratified_high)
    OR (stratified_lift IS NULL) <> (stratified_low IS NULL) OR (stratified_lift IS NULL) <> (stratified_high IS NULL);

-- Adjusting makes no p-value smaller.
SELECT * FROM expert_accuracy
WHERE NOT (p_value BETWEEN 0 AND 1 AND q_value BETWEEN p_value AND 1)
    OR NOT (stratified_p_value BETWEEN 0 AND 1 AND stratified_q_value BETWEEN stratified_p_value AND 1);

-- An expert fires in a question or does not.
SELECT e.run_id
FROM expert_accuracy AS e
JOIN (SELECT run_id, count(*) AS n FROM answers GROUP BY run_id) AS a ON a.run_id = e.run_id
WHERE e.n + e.rest_n <> a.n;

-- Each answer goes through top_k experts of a layer.
SELECT e.run_id
FROM (
    SELECT run_id, layer, sum(n) AS fired, min(n + rest_n) AS answers
    FROM expert_accuracy
    WHERE scope = 'last_prompt'
    GROUP BY run_id, layer
) AS e
JOIN runs AS r ON r.run_id = e.run_id
WHERE e.fired <> r.top_k * e.answers;

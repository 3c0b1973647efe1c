-- The file: Runs in this file
-- Which model answered which quiz
SELECT run_id, name, model, quiz, questions, layers, recorded, status
FROM runs
ORDER BY run_id;

-- The model: Layers of the model
-- Experts and top-k of each layer
SELECT layer, kind, experts, top_k, router
FROM layers
WHERE run_id = 1
ORDER BY layer;

-- Tokens: Routing of one question
-- Experts of its last prompt token, layer by layer
SELECT layer, experts, weights, entropy, margin
FROM token_routing
WHERE run_id = 1 AND is_last_prompt AND question_id = 1
ORDER BY layer;

-- Tokens: Close decisions
-- Tokens at which a little noise would choose another expert
SELECT question_id, position, layer, experts, margin
FROM token_routing
WHERE run_id = 1
ORDER BY margin
LIMIT 100;

-- Tokens: Entropy and margin by outcome
-- Whether the router is more certain where the answer is correct
SELECT
    r.layer,
    CASE WHEN a.correct THEN 'correct' ELSE 'wrong' END AS outcome,
    count(*) AS n,
    avg(r.entropy) AS entropy,
    avg(r.margin) AS margin
FROM token_routing AS r
JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
WHERE r.run_id = 1 AND r.is_last_prompt
GROUP BY r.layer, a.correct
ORDER BY r.layer, outcome;

-- Tokens: Tokens with few experts
-- Tokens that always go to the same few experts
SELECT t.token, count(DISTINCT a.expert) AS experts, count(*) AS activations
FROM activations AS a
JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
WHERE a.run_id = 1 AND a.layer = 0
GROUP BY t.token
ORDER BY experts, activations DESC
LIMIT 50;

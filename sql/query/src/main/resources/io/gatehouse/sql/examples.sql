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

-- Questions: Experts whose accuracy differs within subjects
-- Accuracy where an expert fires against where it does not, controlled for subject and overall; q-values below 0.05 are significant
SELECT layer, expert, stratified_lift, stratified_q_value, difference, n, rest_n
FROM expert_accuracy
WHERE run_id = 1 AND scope = 'last_prompt' AND n >= 3 AND rest_n >= 3
ORDER BY abs(stratified_lift) DESC, layer, expert;

-- Questions: Share of the busiest 10% of the experts
-- How much of the load of a layer its busiest tenth of the experts takes, rounded down to whole experts, at least one
SELECT layer, top10_share, greatest(1, experts // 10) AS top10_experts, top25_share, effective_experts, experts, n
FROM layer_load
WHERE run_id = 1 AND scope = 'prompt'
ORDER BY layer;

-- Questions: Tokens at which two runs choose different experts
-- Decisions that differ (flip), by layer and token of the prompts
SELECT
    r.layer,
    t.token,
    avg(list_sort(r.experts) <> list_sort(o.experts)) AS differing_share,
    sum(list_sort(r.experts) <> list_sort(o.experts)) AS differing,
    count(*) AS decisions
FROM token_routing AS r
JOIN token_routing AS o USING (question_id, position, layer)
JOIN tokens AS t ON t.run_id = r.run_id AND t.question_id = r.question_id AND t.position = r.position
WHERE r.run_id = 1 AND o.run_id = (SELECT max(run_id) FROM runs) AND r.phase = 'prompt'
GROUP BY r.layer, t.token
ORDER BY differing DESC, r.layer, t.token
LIMIT 200;

-- Questions: First token of the question text, by subject
-- Experts that the first token of each segment of the prompt (instruction, question, choice) is sent to in each subject
SELECT f.segment, q.subject, a.layer, a.expert, count(*) AS activations
FROM activations AS a
JOIN (
    SELECT question_id, segment, min(position) AS position
    FROM tokens
    WHERE run_id = 1 AND phase = 'prompt'
    GROUP BY question_id, segment
) AS f ON f.question_id = a.question_id AND f.position = a.position
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = 1
GROUP BY f.segment, q.subject, a.layer, a.expert
ORDER BY f.segment DESC, q.subject, activations DESC, a.expert;

-- Questions: Digits, words and punctuation by expert
-- Token classes (digit, word, punctuation) of the prompt tokens that each expert sees
SELECT
    a.layer,
    a.expert,
    avg(token_class(t.token) = 'digit') AS digits,
    avg(token_class(t.token) = 'word') AS words,
    avg(token_class(t.token) = 'punctuation') AS punctuation,
    avg(token_class(t.token) = 'space') AS spaces,
    count(*) AS activations
FROM activations AS a
JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
WHERE a.run_id = 1 AND a.phase = 'prompt'
GROUP BY a.layer, a.expert
ORDER BY a.layer, a.expert;

-- Questions: Entropy along the prompt
-- Mean router entropy by position in the prompt, layer by layer
SELECT position // 10 * 10 AS position, layer, avg(entropy) AS mean_entropy, count(*) AS decisions
FROM token_routing
WHERE run_id = 1 AND phase = 'prompt'
GROUP BY ALL
ORDER BY layer, position;

-- Questions: Redundant pairs of experts
-- Pairs that fire together more often than by chance, and whether their weights are alike
SELECT c.layer, c.expert, c.other_expert, c.lift, c.share, c.together, s.weight_cosine, s.router_cosine
FROM expert_coactivation AS c
LEFT JOIN expert_similarity AS s USING (run_id, layer, expert, other_expert)
WHERE c.run_id = 1 AND c.scope = 'prompt' AND c.expert < c.other_expert AND c.together >= 5 AND c.lift > 1
ORDER BY c.lift DESC, c.layer, c.expert, c.other_expert
LIMIT 200;

-- Questions: Outliers among the questions
-- Questions that are routed unlike all others: the nearest one is far away
SELECT s.question_id, q.subject, max(s.similarity) AS nearest, avg(s.similarity) AS mean_similarity, q.question
FROM question_similarity AS s
JOIN questions AS q USING (question_id)
WHERE s.run_id = 1 AND s.basis = 'top_k'
GROUP BY s.question_id, q.subject, q.question
ORDER BY nearest, s.question_id
LIMIT 50;

-- Questions: How differently two subjects are routed
-- Jensen-Shannon divergence of the loads of two subjects, by layer
SELECT layer, subject, other_subject, divergence, n, other_n
FROM subject_divergence
WHERE run_id = 1 AND scope = 'prompt'
ORDER BY divergence DESC, layer, subject, other_subject;

-- Questions: Entropy and margin against the confidence of the answer
-- Correlation, by layer, of the router at the last prompt token with how confident (certain) the model is of its answer
SELECT
    r.layer,
    corr(r.entropy, list_max(a.log_probabilities)) AS entropy_correlation,
    corr(r.margin, list_max(a.log_probabilities)) AS margin_correlation,
    count(*) AS questions
FROM token_routing AS r
JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
WHERE r.run_id = 1 AND r.is_last_prompt
GROUP BY r.layer
ORDER BY r.layer;

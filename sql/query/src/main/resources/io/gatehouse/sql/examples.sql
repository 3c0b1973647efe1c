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
-- Picture: histogram x=margin
SELECT question_id, position, layer, experts, margin
FROM token_routing
WHERE run_id = 1
ORDER BY margin
LIMIT 100;

-- Tokens: Entropy and margin by outcome
-- Whether the router is more certain where the answer is correct: the mean of correct minus that of wrong answers at the last prompt token, within subjects with a 95% interval (several layers are looked at, so that one may exclude 0 by chance), and over all
-- Picture: intervals x=entropy_difference_within_subjects
WITH measured AS (
    SELECT
        r.layer,
        q.subject,
        CASE WHEN a.correct THEN 1 ELSE 0 END AS is_right,
        r.entropy,
        r.margin,
        CASE WHEN a.correct THEN 1 ELSE 0 END - avg(CASE WHEN a.correct THEN 1 ELSE 0 END) OVER w AS own_right,
        r.entropy - avg(r.entropy) OVER w AS own_entropy,
        r.margin - avg(r.margin) OVER w AS own_margin
    FROM token_routing AS r
    JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
    JOIN questions AS q ON q.question_id = r.question_id
    WHERE r.run_id = 1 AND r.is_last_prompt
    WINDOW w AS (PARTITION BY r.layer, q.subject)
),
fitted AS (
    SELECT
        layer,
        regr_slope(own_entropy, own_right) AS entropy_difference,
        1.96 * sqrt(regr_syy(own_entropy, own_right) * greatest(1 - regr_r2(own_entropy, own_right), 0)
            / nullif(greatest(count(*) - count(DISTINCT subject) - 1, 0) * regr_sxx(own_entropy, own_right), 0)) AS entropy_half_width,
        regr_slope(own_margin, own_right) AS margin_difference,
        1.96 * sqrt(regr_syy(own_margin, own_right) * greatest(1 - regr_r2(own_margin, own_right), 0)
            / nullif(greatest(count(*) - count(DISTINCT subject) - 1, 0) * regr_sxx(own_margin, own_right), 0)) AS margin_half_width,
        avg(entropy) FILTER (WHERE is_right = 1) - avg(entropy) FILTER (WHERE is_right = 0) AS entropy_difference_over_all,
        avg(margin) FILTER (WHERE is_right = 1) - avg(margin) FILTER (WHERE is_right = 0) AS margin_difference_over_all,
        sum(is_right) AS correct,
        count(*) - sum(is_right) AS wrong
    FROM measured
    GROUP BY layer
)
SELECT
    layer,
    entropy_difference AS entropy_difference_within_subjects,
    entropy_difference - entropy_half_width AS entropy_low,
    entropy_difference + entropy_half_width AS entropy_high,
    margin_difference AS margin_difference_within_subjects,
    margin_difference - margin_half_width AS margin_low,
    margin_difference + margin_half_width AS margin_high,
    entropy_difference_over_all,
    margin_difference_over_all,
    correct,
    wrong
FROM fitted
ORDER BY layer;

-- Tokens: Tokens with few experts
-- Tokens that always go to the same few experts
-- Picture: bars label=token x=experts
SELECT t.token, count(DISTINCT a.expert) AS experts, count(*) AS activations
FROM activations AS a
JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
WHERE a.run_id = 1 AND a.layer = 0
GROUP BY t.token
ORDER BY experts, activations DESC
LIMIT 50;

-- Questions: Experts whose accuracy differs within subjects
-- Accuracy where an expert fires minus that where it does not, among questions of the same subject (stratified) with a 95% interval, and overall, the clearest first; q-values below 0.05 are significant. Of each question only the last prompt token counts, which is the same token in all of them; its position is not, where questions of a subject differ in length. Left out are experts with fewer than 30 questions in subjects in which it fires in some and not in others, and those that fired, or did not, in fewer than 30
-- Picture: intervals x=stratified_lift
SELECT
    layer,
    expert,
    stratified_lift,
    stratified_low,
    stratified_high,
    stratified_q_value,
    stratified_n,
    difference AS overall_difference,
    n,
    rest_n
FROM expert_accuracy
WHERE run_id = 1 AND scope = 'last_prompt' AND stratified_n >= 30 AND least(n, rest_n) >= 30
ORDER BY stratified_q_value, abs(stratified_lift) DESC, layer, expert;

-- Questions: Share of the busiest 10% of the experts
-- How much of the load of a layer its busiest tenth of the experts takes, rounded down to whole experts; NULL for fewer than ten experts; equal_share is what they would take if all were used alike
-- Picture: bars label=layer x=top10_share chance=equal_share
SELECT
    layer,
    top10_share,
    nullif(experts // 10, 0) / experts AS equal_share,
    experts // 10 AS top10_experts,
    top25_share,
    effective_experts,
    experts,
    n
FROM layer_load
WHERE run_id = 1 AND scope = 'prompt'
ORDER BY layer;

-- Questions: Tokens at which two runs choose different experts
-- Decisions on tokens of questions and choices in which the runs disagree (flips): the 50 tokens of each layer with the most, beside the share among all of these tokens of the layer; layers without any are left out. Needs a second run of the same questions
-- Picture: bars label=token x=differing_share chance=layer_differing_share only=layer
SELECT
    r.layer,
    t.token,
    avg(list_sort(r.experts) <> list_sort(o.experts)) AS differing_share,
    sum(list_sort(r.experts) <> list_sort(o.experts)) AS differing,
    count(*) AS decisions,
    sum(sum(list_sort(r.experts) <> list_sort(o.experts))) OVER w / sum(count(*)) OVER w AS layer_differing_share
FROM token_routing AS r
JOIN token_routing AS o USING (question_id, position, layer)
JOIN tokens AS t ON t.run_id = r.run_id AND t.question_id = r.question_id AND t.position = r.position
WHERE r.run_id = 1 AND o.run_id = (SELECT max(run_id) FROM runs WHERE run_id <> 1) AND r.phase = 'prompt' AND t.segment IN ('question', 'choice')
GROUP BY r.layer, t.token
WINDOW w AS (PARTITION BY r.layer)
QUALIFY layer_differing_share > 0 AND row_number() OVER (PARTITION BY r.layer ORDER BY differing DESC, t.token) <= 50
ORDER BY r.layer, differing DESC, t.token;

-- Questions: First token of the question text, by subject
-- Share of the questions of a subject whose first token of the question text (segment question) is sent to an expert. observations is the number of different weights: questions whose prompts are alike up to this token are one observation. Where it is 1, the share is 0 or 1 whatever the model does; and an instruction that names the subject may explain a difference
-- Picture: heat x=expert y=subject value=share only=layer
WITH first_tokens AS (
    SELECT t.question_id, q.subject, min(t.position) AS position, arg_min(t.token, t.position) AS token
    FROM tokens AS t
    JOIN questions AS q USING (question_id)
    WHERE t.run_id = 1 AND t.segment = 'question'
    GROUP BY t.question_id, q.subject
),
subjects AS (
    SELECT subject, count(*) AS questions, mode(token) AS usual_token
    FROM first_tokens
    GROUP BY subject
)
SELECT
    a.layer,
    s.subject,
    a.expert,
    count(*) / s.questions AS share,
    count(DISTINCT a.weight) AS observations,
    s.questions,
    s.usual_token
FROM first_tokens AS f
JOIN subjects AS s ON s.subject = f.subject
JOIN activations AS a ON a.question_id = f.question_id AND a.position = f.position
WHERE a.run_id = 1
GROUP BY a.layer, s.subject, a.expert, s.questions, s.usual_token
ORDER BY a.layer, s.subject, share DESC, a.expert;

-- Questions: Digits, letters, words and punctuation by expert
-- Share of digits, single letters, words and punctuation (token classes; a single letter is a word, too, and so are the letters of choices) among the prompt tokens that an expert is chosen for, beside that of all experts of its layer
-- Picture: heat x=expert y=layer value=digit_share
SELECT
    a.layer,
    a.expert,
    avg(token_class(t.token) = 'digit') AS digit_share,
    sum(sum(token_class(t.token) = 'digit')) OVER w / sum(count(*)) OVER w AS layer_digit_share,
    avg(length(trim(t.token)) = 1 AND token_class(t.token) = 'word') AS letter_share,
    sum(sum(length(trim(t.token)) = 1 AND token_class(t.token) = 'word')) OVER w / sum(count(*)) OVER w AS layer_letter_share,
    avg(token_class(t.token) = 'word') AS word_share,
    sum(sum(token_class(t.token) = 'word')) OVER w / sum(count(*)) OVER w AS layer_word_share,
    avg(token_class(t.token) = 'punctuation') AS punctuation_share,
    sum(sum(token_class(t.token) = 'punctuation')) OVER w / sum(count(*)) OVER w AS layer_punctuation_share,
    count(*) AS activations
FROM activations AS a
JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
WHERE a.run_id = 1 AND a.phase = 'prompt'
GROUP BY a.layer, a.expert
WINDOW w AS (PARTITION BY a.layer)
ORDER BY a.layer, a.expert;

-- Questions: Digits against letters by expert
-- Difference between the share of the digits and that of the single letters in the text of questions that are sent to an expert, with a 95% interval over questions, the clearest first. Choices and their letters are left out. Digits and letters are often of different subjects, which may be what differs
-- Picture: intervals x=difference
WITH of_questions AS (
    SELECT
        l.layer,
        l.expert,
        t.question_id,
        token_class(t.token) = 'digit' AS is_digit,
        avg(list_contains(r.experts, l.expert)) AS share
    FROM tokens AS t
    JOIN token_routing AS r ON r.run_id = t.run_id AND r.question_id = t.question_id AND r.position = t.position
    JOIN experts AS l ON l.run_id = r.run_id AND l.layer = r.layer AND l.scope = 'prompt'
    WHERE t.run_id = 1 AND t.segment = 'question'
        AND (token_class(t.token) = 'digit' OR (token_class(t.token) = 'word' AND length(trim(t.token)) = 1))
    GROUP BY l.layer, l.expert, t.question_id, is_digit
),
of_experts AS (
    SELECT
        layer,
        expert,
        avg(share) FILTER (WHERE is_digit) AS digit_share,
        avg(share) FILTER (WHERE NOT is_digit) AS letter_share,
        digit_share - letter_share AS difference,
        sqrt(var_samp(share) FILTER (WHERE is_digit) / nullif(count(*) FILTER (WHERE is_digit), 0)
            + var_samp(share) FILTER (WHERE NOT is_digit) / nullif(count(*) FILTER (WHERE NOT is_digit), 0)) AS error,
        count(*) FILTER (WHERE is_digit) AS digit_questions,
        count(*) FILTER (WHERE NOT is_digit) AS letter_questions
    FROM of_questions
    GROUP BY layer, expert
)
SELECT
    layer,
    expert,
    digit_share,
    letter_share,
    difference,
    difference - 1.96 * error AS low,
    difference + 1.96 * error AS high,
    digit_questions,
    letter_questions
FROM of_experts
WHERE difference IS NOT NULL
ORDER BY abs(difference) / nullif(error, 0) DESC NULLS LAST, layer, expert
LIMIT 50;

-- Questions: Entropy along the prompt
-- Mean router entropy (in nats) by position in the prompt, in steps of ten positions, layer by layer, with a 95% interval over questions. Prompts end at different positions, so that later rows are the end of short prompts and the choices of a few longer ones: see Entropy by part of the prompt. Questions whose prompts begin alike are one observation: different_values says how many differ
-- Picture: lines x=from_position y=mean_entropy by=layer
WITH of_questions AS (
    SELECT position // 10 * 10 AS from_position, layer, question_id, avg(entropy) AS entropy, count(*) AS decisions
    FROM token_routing
    WHERE run_id = 1 AND phase = 'prompt'
    GROUP BY ALL
)
SELECT
    from_position,
    layer,
    avg(entropy) AS mean_entropy,
    avg(entropy) - 1.96 * stddev(entropy) / sqrt(count(*)) AS low,
    avg(entropy) + 1.96 * stddev(entropy) / sqrt(count(*)) AS high,
    sum(decisions) AS decisions,
    count(*) AS questions,
    count(DISTINCT entropy) AS different_values
FROM of_questions
GROUP BY from_position, layer
ORDER BY layer, from_position;

-- Questions: Entropy by part of the prompt
-- Mean router entropy (in nats) of each segment of the prompt and class of tokens (words, digits, punctuation, …), layer by layer
-- Picture: bars label=segment x=mean_entropy by=token_class only=layer
SELECT r.layer, t.segment, token_class(t.token) AS token_class, avg(r.entropy) AS mean_entropy, count(*) AS decisions
FROM token_routing AS r
JOIN tokens AS t ON t.run_id = r.run_id AND t.question_id = r.question_id AND t.position = r.position
WHERE r.run_id = 1 AND r.phase = 'prompt'
GROUP BY r.layer, t.segment, token_class(t.token)
ORDER BY r.layer, t.segment, mean_entropy DESC;

-- Questions: Prompt against generated tokens
-- Experts that fire more, or less, often on generated tokens (other_share) than on those of prompts (share), the largest difference first; only runs that generated text have rows
-- Picture: intervals x=difference
SELECT layer, expert, share, other_share, difference, low, high, q_value, divergence
FROM contrast(1, 'prompt', 'all', 'generated', 'all')
ORDER BY abs(difference) DESC, layer, expert
LIMIT 50;

-- Questions: Predicting experts ahead of time
-- Share of the experts of unseen questions that are among four predicted ones: from the experts of the layer before (coupled_1), from the token before (previous), or the most used ones (hot), against chance
-- Picture: lines x=layer y=recall by=predictor chance=chance
SELECT layer, predictor, recall, chance, n
FROM predictability(1, 'prompt')
WHERE predicted = 4
ORDER BY layer, predictor;

-- Questions: Experts used together, and whether their weights are alike
-- Pairs that fire together more often than if they were independent (lift above 1), beside the cosine of their weights, its mean and its maximum over all pairs of the layer: a pair is redundant, and may be merged, if lift and cosine are both high; jaccard is the share of the tokens of either that both see. A router that chose at random would have random_lift, below 1, because the experts of a token differ; z takes tokens as independent and is too large
-- Picture: scatter x=lift y=weight_cosine by=layer
SELECT
    c.layer,
    c.expert,
    c.other_expert,
    c.lift,
    s.weight_cosine,
    m.layer_weight_cosine,
    m.most_weight_cosine,
    l.experts * (l.top_k - 1) / nullif(l.top_k * (l.experts - 1), 0) AS random_lift,
    c.z,
    1 / (1 / c.share + 1 / o.share - 1) AS jaccard,
    c.together,
    s.router_cosine
FROM expert_coactivation AS c
JOIN expert_coactivation AS o
    ON o.run_id = c.run_id AND o.scope = c.scope AND o.layer = c.layer AND o.expert = c.other_expert AND o.other_expert = c.expert
JOIN layers AS l ON l.run_id = c.run_id AND l.layer = c.layer
LEFT JOIN expert_similarity AS s
    ON s.run_id = c.run_id AND s.layer = c.layer AND s.expert = c.expert AND s.other_expert = c.other_expert
LEFT JOIN (
    SELECT run_id, layer, avg(weight_cosine) AS layer_weight_cosine, max(weight_cosine) AS most_weight_cosine
    FROM expert_similarity
    WHERE expert < other_expert
    GROUP BY run_id, layer
) AS m ON m.run_id = c.run_id AND m.layer = c.layer
WHERE c.run_id = 1 AND c.scope = 'prompt' AND c.expert < c.other_expert AND c.expected >= 5 AND c.lift > 1
ORDER BY c.lift DESC, c.layer, c.expert, c.other_expert
LIMIT 50;

-- Questions: Outliers among the questions
-- Questions whose most similar other question is the least similar (cosine of the weights of the experts chosen at the last prompt token); the z-scores are the distance from the mean over all questions, and over those of the subject, in standard deviations; the lower of the two comes first. Similarities are skewed, so that -3 is not as rare as in a normal distribution
-- Picture: histogram x=z_score
WITH nearest AS (
    SELECT
        s.question_id,
        q.subject,
        max(s.similarity) AS nearest_similarity,
        arg_max(s.other_question_id, s.similarity) AS nearest_question,
        q.question,
        q.choices
    FROM question_similarity AS s
    JOIN questions AS q USING (question_id)
    WHERE s.run_id = 1 AND s.basis = 'top_k'
    GROUP BY s.question_id, q.subject, q.question, q.choices
)
SELECT
    question_id,
    subject,
    nearest_similarity,
    nearest_question,
    (nearest_similarity - avg(nearest_similarity) OVER ()) / nullif(stddev(nearest_similarity) OVER (), 0) AS z_score,
    (nearest_similarity - avg(nearest_similarity) OVER w) / nullif(stddev(nearest_similarity) OVER w, 0) AS subject_z_score,
    question,
    choices
FROM nearest
WINDOW w AS (PARTITION BY subject)
ORDER BY least(z_score, subject_z_score), question_id
LIMIT 50;

-- Questions: How differently two subjects are routed
-- Jensen-Shannon divergence of the loads of two subjects, by layer: 0 if both use the experts alike, 1 if they share none. Few tokens alone make it larger than 0: chance is the mean that it would then have, and the pairs that exceed it most come first
-- Picture: heat x=other_subject y=subject value=beyond_chance only=layer
SELECT layer, subject, other_subject, divergence, chance, divergence - chance AS beyond_chance, n, other_n
FROM subject_divergence
WHERE run_id = 1 AND scope = 'last_prompt'
ORDER BY beyond_chance DESC, layer, subject, other_subject;

-- Questions: Layers that tell subjects apart
-- Mean over all pairs of subjects of the Jensen-Shannon divergence of their loads, by layer, beside the mean that few tokens alone make of it (chance)
-- Picture: lines x=layer y=mean_divergence chance=mean_chance
SELECT layer, avg(divergence) AS mean_divergence, avg(chance) AS mean_chance, avg(divergence - chance) AS beyond_chance, count(*) AS pairs
FROM subject_divergence
WHERE run_id = 1 AND scope = 'last_prompt'
GROUP BY layer
ORDER BY layer;

-- Questions: Entropy and margin against the confidence of the answer
-- Correlation, by layer, of the router at the last prompt token with the log-probability of the likeliest answer: within subjects with a 95% interval, and over all questions
-- Picture: intervals x=entropy_within_subjects
WITH measured AS (
    SELECT
        r.layer,
        q.subject,
        r.entropy,
        r.margin,
        list_max(a.log_probabilities) AS confidence,
        r.entropy - avg(r.entropy) OVER w AS own_entropy,
        r.margin - avg(r.margin) OVER w AS own_margin,
        list_max(a.log_probabilities) - avg(list_max(a.log_probabilities)) OVER w AS own_confidence
    FROM token_routing AS r
    JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
    JOIN questions AS q ON q.question_id = r.question_id
    WHERE r.run_id = 1 AND r.is_last_prompt AND len(a.log_probabilities) > 0
    WINDOW w AS (PARTITION BY r.layer, q.subject)
),
correlated AS (
    SELECT
        layer,
        corr(own_entropy, own_confidence) AS of_entropy,
        corr(own_margin, own_confidence) AS of_margin,
        1.96 / sqrt(nullif(count(*) - count(DISTINCT subject), 0)) AS half_width,
        corr(entropy, confidence) AS entropy_over_all,
        corr(margin, confidence) AS margin_over_all,
        count(*) AS questions
    FROM measured
    GROUP BY layer
)
SELECT
    layer,
    of_entropy AS entropy_within_subjects,
    of_entropy - half_width AS entropy_low,
    of_entropy + half_width AS entropy_high,
    of_margin AS margin_within_subjects,
    of_margin - half_width AS margin_low,
    of_margin + half_width AS margin_high,
    entropy_over_all,
    margin_over_all,
    questions
FROM correlated
ORDER BY layer;

-- One row per place: questions of a run in an order that soon gives every expert enough tokens, for a small calibration set.
--
-- Title: Calibration questions
-- Definition: quantisation and pruning calibrate an expert on the tokens that the router sends to it. Each place has the
--   question that adds most to what experts still lack after the places before, of equal ones the one with the lower number:
--   mostly long ones. The list ends where every expert has the minimum that can have it with all questions of the run; the
--   last row says how many cannot. A set of few questions may be of few subjects, and experts that are rare in them are
--   then calibrated on no others.
-- Formula: added = sum over layers and experts e with N(e) >= minimum of min(n_q(e), max(0, minimum - sum over the places
--   before of n(e))), N(e) the tokens of the expert in all questions; below = #{e : sum over the places so far of n_q(e) <
--   minimum}; short = #{e : N(e) < minimum}.
-- Source: questions from users of quantisation tools, such as GPTQModel issue 1439 and llm-compressor issue 1593; the greedy
--   algorithm for covering problems, Wolsey 1982, Combinatorica 2(4).
-- Version: 2
-- Example: SELECT place, question_id, subject, added, tokens_so_far, below, short, experts
--   FROM calibration_questions(1, 'prompt', 8)
--   ORDER BY place
--   LIMIT 10
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   minimum INTEGER from 1: Number of tokens that an expert should see
--
-- Columns:
--   place BIGINT: Place of the question, from 1
--   question_id INTEGER: The question
--   subject VARCHAR: Its subject
--   added BIGINT: Number of uses of experts that still lacked them, no more of each than it lacked
--   tokens BIGINT: Number of its tokens
--   tokens_so_far BIGINT: Number of tokens of the questions up to this place
--   experts BIGINT: Number of experts of all layers
--   below BIGINT: Number of experts with fewer tokens than the minimum in the questions up to this place
--   short BIGINT: Number of experts with fewer in all questions
WITH ordered AS (
    SELECT
        CAST(split_part(item, ' ', 1) AS BIGINT) AS place,
        CAST(split_part(item, ' ', 2) AS INTEGER) AS question_id,
        CAST(split_part(item, ' ', 3) AS BIGINT) AS added
    FROM (SELECT unnest(string_split(expert_calibration($run, $scope, $minimum), ';')) AS item) AS listed
),
used AS (
    SELECT p.question_id, p.layer, p.expert, o.place, CAST(sum(p.n) AS BIGINT) AS n
    FROM question_usage AS p
    JOIN ordered AS o ON o.question_id = p.question_id
    JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
    WHERE p.run_id = $run AND v.scope = $scope
    GROUP BY p.question_id, p.layer, p.expert, o.place
),
-- The place at which each expert has the minimum; NULL if it never has.
reached AS (
    SELECT e.layer, e.expert, min(CASE WHEN c.so_far >= $minimum THEN c.place END) AS place
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    LEFT JOIN (
        SELECT
            layer,
            expert,
            place,
            sum(n) OVER (
                PARTITION BY layer, expert ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS so_far
        FROM used
    ) AS c ON c.layer = e.layer AND c.expert = e.expert
    GROUP BY e.layer, e.expert
)
SELECT
    o.place,
    o.question_id,
    q.subject,
    o.added,
    t.tokens,
    CAST(sum(t.tokens) OVER (ORDER BY o.place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
        AS tokens_so_far,
    s.experts,
    s.experts - CAST(sum(coalesce(a.reached, 0)) OVER (
        ORDER BY o.place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS below,
    s.short
FROM ordered AS o
JOIN questions AS q ON q.question_id = o.question_id
JOIN (
    SELECT question_id, CAST(max(tokens) AS BIGINT) AS tokens
    FROM (
        SELECT u.question_id, u.layer, sum(u.n) / k.top_k AS tokens
        FROM used AS u
        JOIN layers AS k ON k.run_id = $run AND k.layer = u.layer
        GROUP BY u.question_id, u.layer, k.top_k
    ) AS by_layer
    GROUP BY question_id
) AS t ON t.question_id = o.question_id
CROSS JOIN (SELECT count(*) AS experts, count(*) - count(place) AS short FROM reached) AS s
LEFT JOIN (SELECT place, count(*) AS reached FROM reached WHERE place IS NOT NULL GROUP BY place) AS a ON a.place = o.place

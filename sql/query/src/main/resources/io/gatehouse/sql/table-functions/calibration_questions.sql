-- One row per place: questions of a run in an order that soon gives every expert enough tokens, for a small calibration set.
--
-- Title: Calibration questions
-- Definition: quantisation and pruning calibrate an expert on the tokens that the router sends to it. The questions with
--   many tokens of experts that have few come first, each question judged by itself; a search that judges each by what those
--   before it lack can find a smaller set. The list ends where every expert has the minimum that can have it with
--   all questions of the run; the last row says how many cannot. Take the first places, up to below = short.
-- Formula: score = sum over layers and experts e of min(n_q(e), minimum) / N(e) over the tokens of the question, N(e) the
--   tokens of the expert in all questions; below = #{e : sum over the places so far of n_q(e) < minimum}; short = #{e : N(e) <
--   minimum}.
-- Source: questions from users of quantisation tools, such as GPTQModel issue 1439 and llm-compressor issue 1593.
-- Version: 1
-- Example: SELECT place, question_id, subject, tokens_so_far, below, short, experts
--   FROM calibration_questions(1, 'prompt', 8)
--   ORDER BY place
--   LIMIT 10
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   minimum INTEGER from 0: Number of tokens that an expert should see
--
-- Columns:
--   place BIGINT: Place of the question, from 1
--   question_id INTEGER: The question
--   subject VARCHAR: Its subject
--   score DOUBLE: By what the questions are ordered, the largest first
--   tokens BIGINT: Number of its tokens
--   tokens_so_far BIGINT: Number of tokens of the questions up to this place
--   experts BIGINT: Number of experts of all layers
--   below BIGINT: Number of experts with fewer tokens than the minimum in the questions up to this place
--   short BIGINT: Number of experts with fewer in all questions
WITH used AS (
    SELECT p.question_id, p.layer, p.expert, CAST(sum(p.n) AS BIGINT) AS n
    FROM question_usage AS p
    JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
    JOIN runs AS r ON r.run_id = p.run_id
    WHERE p.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY p.question_id, p.layer, p.expert
),
ordered AS (
    SELECT question_id, score, tokens, row_number() OVER (ORDER BY score DESC, question_id) AS place
    FROM (
        SELECT
            u.question_id,
            CAST(max(t.tokens) AS BIGINT) AS tokens,
            significant(sum(least(u.n, $minimum) / a.n) / max(t.tokens)) AS score
        FROM used AS u
        JOIN (SELECT layer, expert, sum(n) AS n FROM used GROUP BY layer, expert) AS a
            ON a.layer = u.layer AND a.expert = u.expert
        JOIN (
            SELECT question_id, max(tokens) AS tokens
            FROM (
                SELECT u.question_id, u.layer, sum(u.n) / k.top_k AS tokens
                FROM used AS u
                JOIN layers AS k ON k.run_id = $run AND k.layer = u.layer
                GROUP BY u.question_id, u.layer, k.top_k
            ) AS by_layer
            GROUP BY question_id
        ) AS t ON t.question_id = u.question_id
        GROUP BY u.question_id
    ) AS scored
),
-- The place at which each expert has the minimum; NULL if it never has.
reached AS (
    SELECT e.layer, e.expert, min(CASE WHEN c.so_far >= $minimum THEN c.place END) AS place
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    LEFT JOIN (
        SELECT
            u.layer,
            u.expert,
            o.place,
            sum(u.n) OVER (
                PARTITION BY u.layer, u.expert ORDER BY o.place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS so_far
        FROM used AS u
        JOIN ordered AS o ON o.question_id = u.question_id
    ) AS c ON c.layer = e.layer AND c.expert = e.expert
    GROUP BY e.layer, e.expert
)
SELECT
    o.place,
    o.question_id,
    q.subject,
    o.score,
    o.tokens,
    CAST(sum(o.tokens) OVER (ORDER BY o.place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
        AS tokens_so_far,
    s.experts,
    s.experts - CAST(sum(coalesce(a.reached, 0)) OVER (
        ORDER BY o.place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS below,
    s.short
FROM ordered AS o
JOIN questions AS q ON q.question_id = o.question_id
CROSS JOIN (SELECT count(*) AS experts, count(*) - count(place) AS short, max(place) AS last_place FROM reached) AS s
LEFT JOIN (SELECT place, count(*) AS reached FROM reached WHERE place IS NOT NULL GROUP BY place) AS a ON a.place = o.place
WHERE o.place <= s.last_place

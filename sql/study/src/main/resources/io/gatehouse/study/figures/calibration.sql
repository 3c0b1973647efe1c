-- Title: A small calibration set
-- Finding: {questions} of {n} {n|question|questions}, with {tokens} {tokens|token|tokens}, {questions|gives|give} {minimum} tokens to
--   every expert that gets {minimum} from all questions; {short} of {experts} experts {short|gets|get} fewer even from all.
-- Caption: Experts with fewer than 128 prompt tokens, by the number of tokens of the chosen questions.
-- Note: Each question is the one that adds most to what experts still lack. calibration_questions lists them, with their
--   subjects, which may be few.
-- X: Prompt tokens
-- Y: Experts below the minimum
-- Chance: experts that have fewer in all questions
-- Needs: sequences prompt
-- Missing: no expert has 128 tokens
-- Views: calibration_questions
-- Picture: lines x=tokens_so_far y=below by=chosen chance=short legend=chance
SELECT
    max(c.place) AS questions,
    max(r.n) AS n,
    max(c.tokens_so_far) AS tokens,
    128 AS minimum,
    max(c.short) AS short,
    max(c.experts) AS experts
FROM calibration_questions(:run_id, 'prompt', 128) AS c
-- A run that is not complete has the questions that it answered.
CROSS JOIN (
    SELECT CASE WHEN r.status = 'complete' THEN r.questions ELSE count(a.question_id) END AS n
    FROM runs AS r
    LEFT JOIN answers AS a ON a.run_id = r.run_id
    WHERE r.run_id = :run_id
    GROUP BY r.status, r.questions
) AS r;

SELECT 'most lacking first' AS chosen, place AS questions, tokens_so_far, below, short, experts
FROM (
    SELECT *, max(place) OVER () AS last_place FROM calibration_questions(:run_id, 'prompt', 128)
) AS c
-- About 64 places, however many there are.
WHERE place = 1 OR place * 64 % last_place < 64
ORDER BY place;

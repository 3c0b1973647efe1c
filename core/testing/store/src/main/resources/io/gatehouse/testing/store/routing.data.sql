-- A small routing file for the statement lists: two runs of one quiz, run 1 with all prompt tokens, run 2 with the
-- last one only. Four questions in each of three subjects, five prompt tokens, three layers, eight experts, top 2.
-- Everything follows from hashes of its key, so that every reader sees the same file; expert 7 never fires.
INSERT INTO runs
    (run_id, name, model, fingerprint, architecture, layers, experts, top_k, quiz, prompt_format, shots, recorded, precision,
     device, status, questions, started_at, finished_at, gatehouse_version)
VALUES
    (1, 'first', 'tiny', 'aa', 'OlmoeForCausalLM', 3, 8, 2, 'quiz', 'hendrycks', 0, 'prompt', 'exact', 'cpu', 'complete', 12,
     TIMESTAMP '2026-03-05 10:20:30.123456', TIMESTAMP '2026-03-05 10:25:00', '0.1.0'),
    (2, 'second', 'tiny', 'aa', 'OlmoeForCausalLM', 3, 8, 2, 'quiz', 'hendrycks', 5, 'last_prompt', 'exact', 'cpu', 'running', 12,
     TIMESTAMP '2026-03-06 23:59:59', NULL, '0.1.0');

INSERT INTO questions (question_id, quiz, subject, ordinal, question, choices, answer)
SELECT
    i,
    'quiz',
    ['algebra', 'biology_1', 'Chemie'][1 + i // 4],
    1 + i % 4,
    'question ' || i || CASE WHEN i % 5 = 0 THEN ' — ¿日本?' ELSE '' END,
    ['one', 'two', 'three', 'four'],
    ['A', 'B', 'C', 'D'][1 + (i * 7) % 4]
FROM range(12) AS t(i);

INSERT INTO question_attributes (question_id, name, value)
SELECT i, 'grade', ['easy', 'hard'][1 + i % 2] FROM range(12) AS t(i) WHERE i <> 5;

INSERT INTO answers
    (run_id, question_id, predicted, correct, log_probabilities, top_token_id, top_token, prompt_tokens)
SELECT
    r.run_id,
    q.question_id,
    CASE WHEN q.question_id % 3 = r.run_id THEN ['A', 'B', 'C', 'D'][1 + (q.question_id * 7 + 1) % 4] ELSE q.answer END,
    q.question_id % 3 <> r.run_id,
    [-0.5, -1.25, -2.0, -3.5 - q.question_id / 8],
    q.question_id,
    'tok' || q.question_id,
    5
FROM runs AS r, questions AS q;

INSERT INTO tokens BY NAME
SELECT
    r.run_id,
    q.question_id,
    p AS "position",
    'prompt' AS phase,
    p = 4 AS is_last_prompt,
    10 + (q.question_id + p) % 6 AS token_id,
    'w' || (q.question_id + p) % 6 AS token
FROM runs AS r, questions AS q, range(5) AS t(p)
WHERE r.run_id = 1 OR p = 4;

INSERT INTO facts
SELECT
    t.run_id,
    t.question_id,
    t."position",
    l,
    t.is_last_prompt,
    [hash(t.question_id, t."position", l) % 7, (hash(t.question_id, t."position", l) + 1 + hash(t.token_id, l) % 6) % 7],
    [0.5, 0.125 * (1 + t.token_id % 3)],
    1.0 + (t.question_id + t."position" + l) % 9 / 16.0,
    0.5 + (t.token_id + l) % 3 / 16.0,
    0.625 + t.token_id % 3 / 16.0,
    (t.question_id + l) % 5 / 32.0
FROM tokens AS t, range(3) AS x(l);

INSERT INTO notes (note_id, fingerprint, only_run, layer, expert, label, text, written_at)
VALUES
    (1, 'aa', NULL, 1, 7, 'never fires', '', TIMESTAMP '2026-03-06 08:00:00'),
    (2, NULL, 2, 0, 3, 'masked later', 'see the second run', TIMESTAMP '2026-03-06 08:30:00');

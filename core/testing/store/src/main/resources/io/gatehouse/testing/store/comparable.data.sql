-- A third run beside those of routing.data.sql, with an intervention: the questions of run 1 once more, at some tokens with the experts in the
-- other order or with another one, some answers otherwise, and with norms and whole gates.
INSERT INTO runs BY NAME
SELECT * REPLACE (3 AS run_id, 'third' AS name, 'mask 1:2,1:7; top-k 2' AS interventions) FROM runs WHERE run_id = 1;

INSERT INTO answers BY NAME
SELECT a.* REPLACE (
    3 AS run_id,
    a.question_id % 4 <> 0 AS correct,
    CASE WHEN a.question_id % 4 <> 0 THEN q.answer WHEN q.answer = 'A' THEN 'B' ELSE 'A' END AS predicted
)
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = 1;

-- Texts of one token each, which is not routed.
INSERT INTO generations BY NAME
SELECT
    run_id,
    question_id,
    predicted AS text,
    1 AS tokens,
    CASE WHEN correct THEN 'end_token' ELSE 'length' END AS finish_reason,
    question_id / 8 AS seconds
FROM answers
WHERE run_id = 1;

INSERT INTO tokens BY NAME
SELECT * REPLACE (3 AS run_id) FROM tokens WHERE run_id = 1;

INSERT INTO facts BY NAME
SELECT * REPLACE (
    3 AS run_id,
    CASE question_id % 3
        WHEN 0 THEN experts
        WHEN 1 THEN [experts[2], experts[1]]
        ELSE [experts[1], 7]
    END AS experts
)
FROM facts
WHERE run_id = 1;

INSERT INTO expert_norms
SELECT run_id, question_id, "position", layer, [1.0 + question_id, 0.5 + layer]
FROM facts
WHERE run_id = 3;

INSERT INTO gates
SELECT run_id, question_id, "position", layer, [1048576, 524288, 524288, 524288, 524288, 524288, 262144, 262144]
FROM facts
WHERE run_id = 3;

-- The weights of their checkpoint; those of expert 7 of the last layer are 0.
INSERT INTO expert_weights
SELECT
    'aa',
    layer,
    expert,
    CASE WHEN layer = 2 AND expert = 7 THEN 0 ELSE 1 + (expert * 5 + layer) % 7 / 8 END,
    CASE WHEN layer = 2 AND expert = 7 THEN 0 ELSE 2 + (expert * 3 + layer) % 5 / 4 END,
    CASE WHEN layer = 2 AND expert = 7 THEN 0 ELSE 2 + (expert + layer) % 3 / 4 END,
    CASE WHEN layer = 2 AND expert = 7 THEN 0 ELSE 3 - (expert + layer) % 4 / 4 END
FROM range(3) AS l(layer), range(8) AS e(expert);

INSERT INTO expert_weight_pairs
SELECT
    'aa',
    layer,
    expert,
    other,
    CASE WHEN layer < 2 OR other < 7 THEN ((expert * 3 + other * 5 + layer) % 11 - 4) / 16 END,
    CASE WHEN layer < 2 OR other < 7 THEN ((expert * 3 + other * 5 + layer) % 11 - 3) / 32 END,
    CASE WHEN layer < 2 OR other < 7 THEN ((expert + other * 2 + layer) % 7 - 3) / 64 END,
    CASE WHEN layer < 2 OR other < 7 THEN ((expert * 2 + other + layer) % 5 - 1) / 16 END
FROM range(3) AS l(layer), range(8) AS e(expert), range(8) AS o(other)
WHERE expert < other;

UPDATE tokens SET segment = CASE WHEN position < 2 THEN 'instruction' ELSE 'question' END WHERE run_id = 1 AND phase = 'prompt';

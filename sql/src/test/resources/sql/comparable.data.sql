-- A third run beside those of routing.data.sql, with an intervention: the questions of run 1 once more, at some tokens with the experts in the
-- other order or with another one, some answers otherwise, and with norms and whole gates.
INSERT INTO runs BY NAME
SELECT * REPLACE (3 AS run_id, 'third' AS name, 'mask 1:2,1:7; top-k 2' AS interventions) FROM runs WHERE run_id = 1;

INSERT INTO answers BY NAME
SELECT * REPLACE (3 AS run_id, question_id % 4 <> 0 AS correct) FROM answers WHERE run_id = 1;

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

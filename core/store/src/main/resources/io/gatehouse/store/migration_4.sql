-- From schema version 3 to 4: the usage of experts by right answer and outcome, and the smallest and the largest weight
-- of each expert.
UPDATE schema_version SET version = 4;

ALTER TABLE subject_usage ADD COLUMN weight_min FLOAT;
COMMENT ON COLUMN subject_usage.weight_min IS 'Smallest of their weights; NULL where an imported run does not say';
ALTER TABLE subject_usage ADD COLUMN weight_max FLOAT;
COMMENT ON COLUMN subject_usage.weight_max IS 'Largest of their weights; NULL where an imported run does not say';
ALTER TABLE layer_usage ADD COLUMN weight_min FLOAT;
COMMENT ON COLUMN layer_usage.weight_min IS 'Smallest of their weights; NULL where an imported run does not say';
ALTER TABLE layer_usage ADD COLUMN weight_max FLOAT;
COMMENT ON COLUMN layer_usage.weight_max IS 'Largest of their weights; NULL where an imported run does not say';

UPDATE subject_usage AS s SET weight_min = f.weight_min, weight_max = f.weight_max
FROM (
    SELECT
        r.run_id,
        q.subject,
        r.layer,
        r.last,
        r.expert,
        CAST(min(r.weight) / 65536.0 AS FLOAT) AS weight_min,
        CAST(max(r.weight) / 65536.0 AS FLOAT) AS weight_max
    FROM (
        SELECT run_id, question_id, layer, last, unnest(experts) AS expert, unnest(weights) AS weight FROM routing
    ) AS r
    JOIN questions AS q ON q.question_id = r.question_id
    GROUP BY ALL
) AS f
WHERE s.run_id = f.run_id AND s.subject = f.subject AND s.layer = f.layer AND s.expert = f.expert
    AND (s.scope = 'last_prompt') = f.last;

UPDATE layer_usage AS l SET weight_min = s.weight_min, weight_max = s.weight_max
FROM (
    SELECT run_id, layer, expert, scope, min(weight_min) AS weight_min, max(weight_max) AS weight_max
    FROM subject_usage
    GROUP BY ALL
) AS s
WHERE l.run_id = s.run_id AND l.layer = s.layer AND l.expert = s.expert AND l.scope = s.scope;

-- Few rows, since it knows no subject and no question: what experts have to do with answers.
CREATE TABLE outcome_usage (
    run_id     INTEGER  NOT NULL,
    answer     VARCHAR  NOT NULL,
    correct    BOOLEAN,
    layer      SMALLINT NOT NULL,
    expert     SMALLINT NOT NULL,
    scope      VARCHAR  NOT NULL,
    n          BIGINT   NOT NULL,
    weight_sum DOUBLE
);
COMMENT ON TABLE outcome_usage IS 'One row per run, right answer, whether the run gave it, layer, scope and expert that fired: the rollup of question_usage';
COMMENT ON COLUMN outcome_usage.run_id IS 'The run';
COMMENT ON COLUMN outcome_usage.answer IS 'Letter of the right choice of the questions';
COMMENT ON COLUMN outcome_usage.correct IS 'Whether the run answered them rightly; NULL where an imported run has no answer';
COMMENT ON COLUMN outcome_usage.layer IS 'Layer of the model, from 0';
COMMENT ON COLUMN outcome_usage.expert IS 'Expert of that layer, from 0';
COMMENT ON COLUMN outcome_usage.scope IS 'last_prompt for the last token of each prompt, the one that answers; prompt for all before it';
COMMENT ON COLUMN outcome_usage.n IS 'Number of activations';
COMMENT ON COLUMN outcome_usage.weight_sum IS 'Sum of their weights; NULL where an imported run does not say';

INSERT INTO outcome_usage BY NAME
SELECT
    u.run_id,
    q.answer,
    a.correct,
    u.layer,
    u.expert,
    CASE WHEN u.last THEN 'last_prompt' ELSE 'prompt' END AS scope,
    CAST(sum(u.n) AS BIGINT) AS n,
    sum(u.weight) / 65536.0 AS weight_sum
FROM usage AS u
JOIN questions AS q ON q.question_id = u.question_id
LEFT JOIN answers AS a ON a.run_id = u.run_id AND a.question_id = u.question_id
GROUP BY ALL
ORDER BY ALL;


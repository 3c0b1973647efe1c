-- From schema version 2 to 3: what runs recorded beside the decisions, further columns of quizzes, what people ask,
-- and which questions a shard holds.
UPDATE schema_version SET version = 3;

ALTER TABLE runs ADD COLUMN probabilities VARCHAR DEFAULT 'none';
ALTER TABLE runs ALTER COLUMN probabilities SET NOT NULL;
ALTER TABLE runs ADD COLUMN norms BOOLEAN DEFAULT false;
ALTER TABLE runs ALTER COLUMN norms SET NOT NULL;
ALTER TABLE runs ADD COLUMN interventions VARCHAR DEFAULT '';
ALTER TABLE runs ALTER COLUMN interventions SET NOT NULL;
COMMENT ON COLUMN runs.probabilities IS 'Tokens whose whole gate was recorded in router_probabilities: none, last_prompt or all';
COMMENT ON COLUMN runs.norms IS 'Whether the norms of the chosen experts'' outputs were recorded in expert_norms';
COMMENT ON COLUMN runs.interventions IS 'What was changed about the routing while the model ran; empty if nothing was';

-- Runs that were begun before can go on.
INSERT INTO run_definitions SELECT run_id, 'probabilities', 'none' FROM runs;
INSERT INTO run_definitions SELECT run_id, 'norms', 'false' FROM runs;

CREATE TABLE question_attributes (
    question_id INTEGER NOT NULL,
    name        VARCHAR NOT NULL,
    value       VARCHAR NOT NULL,
    PRIMARY KEY (question_id, name)
);
COMMENT ON TABLE question_attributes IS 'One row per question and further column of its quiz';
COMMENT ON COLUMN question_attributes.question_id IS 'The question';
COMMENT ON COLUMN question_attributes.name IS 'Name of the column';
COMMENT ON COLUMN question_attributes.value IS 'Its value, as text';

-- What people ask; nothing of it is about runs, and deleting runs leaves it alone.
CREATE TABLE saved_queries (
    name        VARCHAR   NOT NULL PRIMARY KEY,
    sql         VARCHAR   NOT NULL,
    description VARCHAR   NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    changed_at  TIMESTAMP NOT NULL
);
COMMENT ON TABLE saved_queries IS 'One row per query that somebody kept under a name';
COMMENT ON COLUMN saved_queries.name IS 'Name of the query, unique in this file';
COMMENT ON COLUMN saved_queries.sql IS 'Its text';
COMMENT ON COLUMN saved_queries.description IS 'What it is for; may be empty';
COMMENT ON COLUMN saved_queries.created_at IS 'When it was kept first, UTC';
COMMENT ON COLUMN saved_queries.changed_at IS 'When it was changed last, UTC';

CREATE TABLE query_history (
    query_id   VARCHAR   NOT NULL PRIMARY KEY,
    sql        VARCHAR   NOT NULL,
    started_at TIMESTAMP NOT NULL,
    elapsed_ms DOUBLE    NOT NULL,
    state      VARCHAR   NOT NULL,
    rows       BIGINT    NOT NULL,
    error      VARCHAR
);
COMMENT ON TABLE query_history IS 'One row per query that a server ran on this file';
COMMENT ON COLUMN query_history.query_id IS 'Id that the server gave the query';
COMMENT ON COLUMN query_history.sql IS 'Its text';
COMMENT ON COLUMN query_history.started_at IS 'Start, UTC';
COMMENT ON COLUMN query_history.elapsed_ms IS 'Milliseconds until its last row was sent, or it failed';
COMMENT ON COLUMN query_history.state IS 'finished, failed or cancelled';
COMMENT ON COLUMN query_history.rows IS 'Number of rows sent';
COMMENT ON COLUMN query_history.error IS 'Code and message of the error; NULL if there was none';

-- The ledger says which questions a shard holds. Until now it only counted them; but answers stand in the file in the
-- order of the commits, as the ledger's own rows do.
ALTER TABLE run_shards ADD COLUMN question_ids INTEGER[];
COMMENT ON COLUMN run_shards.question_ids IS 'The questions, in rising order';
UPDATE run_shards AS s
SET question_ids = held.question_ids
FROM (
    SELECT l.run_id, l.shard, coalesce(list(a.question_id ORDER BY a.question_id), []) AS question_ids
    FROM (
        SELECT run_id, shard, questions, sum(questions) OVER (PARTITION BY run_id ORDER BY rowid) AS last_place
        FROM run_shards
    ) AS l
    LEFT JOIN (
        SELECT run_id, question_id, row_number() OVER (PARTITION BY run_id ORDER BY rowid) AS place FROM answers
    ) AS a
        ON a.run_id = l.run_id AND a.place > l.last_place - l.questions AND a.place <= l.last_place
    GROUP BY l.run_id, l.shard
) AS held
WHERE held.run_id = s.run_id AND held.shard = s.shard;
ALTER TABLE run_shards ALTER COLUMN question_ids SET NOT NULL;

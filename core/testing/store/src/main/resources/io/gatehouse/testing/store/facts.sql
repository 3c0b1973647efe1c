-- Routing as tests like to write it, in plain numbers.
CREATE TABLE facts (
    run_id         INTEGER    NOT NULL,
    question_id    INTEGER    NOT NULL,
    "position"     INTEGER    NOT NULL,
    layer          SMALLINT   NOT NULL,
    is_last_prompt BOOLEAN    NOT NULL,
    experts        SMALLINT[] NOT NULL,
    weights        FLOAT[]    NOT NULL,
    entropy        FLOAT      NOT NULL,
    top_k_entropy  FLOAT      NOT NULL,
    mass           FLOAT      NOT NULL,
    margin         FLOAT      NOT NULL
);

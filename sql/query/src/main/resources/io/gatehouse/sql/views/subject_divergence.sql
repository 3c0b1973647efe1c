-- One row per run, scope, layer and pair of subjects: how different the loads of the layer are.
--
-- Group: Specialisation
-- Order: 5
-- Title: Divergence between subjects
-- Definition: of the loads of a layer at the tokens of two subjects, the Jensen-Shannon divergence: 0 if both subjects are
--   spread over the experts alike, 1 if they share no expert. Each pair has one row, with subject before other_subject in
--   the alphabet. Few tokens alone make it larger than 0: chance is what they make of it if they are
--   independent and the subjects do not differ. Tokens of one text are not independent, so that at scopes prompt and
--   generated the divergence by chance is larger than that.
-- Formula: divergence = sum_e P ln(P / M) / 2 + Q ln(Q / M) / 2 over ln 2, P and Q the shares of the activations of the two
--   subjects that go to expert e, M = (P + Q) / 2. chance = (E - k) / (8 k ln 2) (1 / n + 1 / other_n), E the experts that
--   either subject uses, k = top_k: the mean of the chi-squared distribution that the divergence has then, of tokens with k
--   different experts.
-- Source: Lin 1991, IEEE Trans. Inf. Theory 37(1); chance: Grosse et al. 2002, Phys. Rev. E 65, 041905.
-- Version: 2
-- Example: SELECT layer, subject, other_subject, divergence, chance, n, other_n
--   FROM subject_divergence
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY divergence DESC, layer, subject, other_subject
--   LIMIT 10
-- Picture: table
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   subject VARCHAR: Subject within the quiz
--   other_subject VARCHAR: Another one, later in the alphabet
--   n BIGINT: Number of tokens of the subject
--   other_n BIGINT: Number of tokens of the other subject
--   divergence DOUBLE: Jensen-Shannon divergence of the loads of the layer, in bits, 0 to 1
--   chance DOUBLE: What it would be on average if the two did not differ and their tokens were independent
WITH loads AS (
    SELECT
        run_id,
        scope,
        layer,
        expert,
        subject,
        n,
        activations / sum(activations) OVER (PARTITION BY run_id, scope, layer, subject) AS load_share
    FROM subject_specialisation
)
SELECT
    p.run_id,
    p.scope,
    p.layer,
    p.subject,
    p.other_subject,
    p.n,
    p.other_n,
    significant(least(greatest(sum(p.part + p.other_part) / (2 * ln(2e0)), 0e0), 1e0)) AS divergence,
    least(1e0, greatest(0e0, count(*) FILTER (WHERE p.is_used) / k.top_k - 1) / (8 * ln(2e0)) * (1e0 / p.n + 1e0 / p.other_n))
        AS chance
FROM (
    SELECT
        a.run_id,
        a.scope,
        a.layer,
        a.subject,
        b.subject AS other_subject,
        a.n,
        b.n AS other_n,
        a.load_share + b.load_share > 0 AS is_used,
        CASE WHEN a.load_share > 0 THEN a.load_share * ln(2 * a.load_share / (a.load_share + b.load_share)) ELSE 0e0 END AS part,
        CASE WHEN b.load_share > 0 THEN b.load_share * ln(2 * b.load_share / (a.load_share + b.load_share)) ELSE 0e0 END AS other_part
    FROM loads AS a
    JOIN loads AS b
        ON b.run_id = a.run_id AND b.scope = a.scope AND b.layer = a.layer AND b.expert = a.expert AND a.subject < b.subject
) AS p
JOIN layers AS k ON k.run_id = p.run_id AND k.layer = p.layer
GROUP BY p.run_id, p.scope, p.layer, p.subject, p.other_subject, p.n, p.other_n, k.top_k

-- One row per place: the questions of a run whose routing is most like that of one question.
--
-- Title: Nearest questions
-- Definition: the other questions in the order of similarity in the view question_similarity; ties go to the lower
--   question number.
-- Formula: cosine of the routing embeddings, as in question_similarity.
-- Source: Li and Zhou 2024, arXiv 2410.10814 (MoEE), the routing part.
-- Version: 1
-- Example: SELECT place, question_id, subject, question, similarity, same_subject, n
--   FROM nearest_questions(1, 1, 'top_k', 10)
--   ORDER BY place
--
-- Parameters:
--   run INTEGER of runs: The run
--   question INTEGER: The question
--   basis VARCHAR in gate, top_k: gate (all probabilities, where the run recorded them) or top_k (weights of the selected experts)
--   k INTEGER from 1: Number of places
--
-- Columns:
--   place BIGINT: Place of the other question, 1 for the most similar
--   question_id INTEGER: The other question
--   subject VARCHAR: Its subject
--   question VARCHAR: Its text, without the choices
--   correct BOOLEAN NULL: Whether the run answered it correctly; NULL where the run has no answer
--   similarity DOUBLE: Cosine of the embeddings, 0 to 1
--   same_subject BOOLEAN: Whether both questions have the same subject
--   n BIGINT: Number of other questions that were compared
SELECT s.place, s.other_question_id AS question_id, q.subject, q.question, a.correct, s.similarity, s.same_subject, s.n
FROM (
    SELECT
        other_question_id,
        similarity,
        same_subject,
        row_number() OVER (ORDER BY similarity DESC, other_question_id) AS place,
        count(*) OVER () AS n
    FROM question_similarity
    WHERE run_id = $run AND question_id = $question AND basis = $basis AND similarity IS NOT NULL
) AS s
JOIN questions AS q ON q.question_id = s.other_question_id
LEFT JOIN answers AS a ON a.run_id = $run AND a.question_id = s.other_question_id AND a.sample = 0
WHERE s.place <= $k

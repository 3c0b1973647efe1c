-- The cosine of two vectors without negative elements.
SELECT * FROM question_similarity WHERE NOT (similarity BETWEEN 0 AND 1 + 1e-9 AND n > 0);

-- It is the same both ways.
SELECT a.run_id
FROM question_similarity AS a
LEFT JOIN question_similarity AS b
    ON b.run_id = a.run_id AND b.basis = a.basis AND b.question_id = a.other_question_id
        AND b.other_question_id = a.question_id
WHERE b.n IS NULL OR abs(b.similarity - a.similarity) > 1e-9 OR b.same_subject <> a.same_subject;

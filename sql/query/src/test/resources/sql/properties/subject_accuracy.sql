-- A share lies in its interval, where there are answers.
SELECT * FROM subject_accuracy
WHERE n > 0 AND NOT (correct BETWEEN 0 AND n AND accuracy BETWEEN wilson_low AND wilson_high AND wilson_low >= 0
    AND wilson_high <= 1);

-- Where there are none, nothing is known.
SELECT * FROM subject_accuracy
WHERE (n = 0) <> (accuracy IS NULL) OR (n = 0) <> (wilson_low IS NULL) OR (n = 0) <> (wilson_high IS NULL);

-- The experts of a subject are correct in no more questions than the run is.
SELECT e.run_id
FROM expert_subject_accuracy AS e
JOIN subject_accuracy AS s ON s.run_id = e.run_id AND s.subject = e.subject
WHERE e.n > s.n OR e.correct > s.correct;

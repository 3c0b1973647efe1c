SELECT DISTINCT subject FROM subject_specialisation
WHERE subject NOT IN (SELECT subject FROM questions)
ORDER BY subject

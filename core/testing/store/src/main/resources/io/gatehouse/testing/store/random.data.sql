-- Fewer and stranger rows than those of routing.data.sql: six questions, texts with quotes and beyond ASCII, answers that
-- are missing, and a run that failed. Every sum of weights is exact, so that the order of adding does not matter.
DELETE FROM questions WHERE question_id % 2 = 1;
DELETE FROM question_attributes WHERE question_id % 2 = 1 OR question_id = 4;
DELETE FROM answers WHERE question_id % 2 = 1 OR (run_id = 2 AND question_id = 8);
DELETE FROM tokens WHERE question_id % 2 = 1 OR "position" IN (1, 2);
DELETE FROM facts WHERE question_id % 2 = 1 OR "position" IN (1, 2);
DELETE FROM expert_norms WHERE question_id % 2 = 1;
DELETE FROM gates WHERE question_id % 2 = 1;

UPDATE questions SET question = 'What''s "it"?', choices = ['it''s', '日本', '', 'four'] WHERE question_id = 0;
UPDATE questions SET subject = 'Größe ''x''' WHERE subject = 'Chemie';
UPDATE question_attributes SET value = 'b_%' WHERE question_id = 6;
UPDATE tokens SET token = CASE token_id % 3 WHEN 0 THEN '' WHEN 1 THEN ' don''t' ELSE '日\本' END WHERE run_id = 1;
UPDATE runs SET name = 'it''s', status = 'failed', started_at = TIMESTAMP '2024-02-29 00:00:00' WHERE run_id = 3;

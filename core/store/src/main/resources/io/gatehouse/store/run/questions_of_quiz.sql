SELECT question_id, subject, ordinal, question, choices, answer FROM questions WHERE quiz = ?

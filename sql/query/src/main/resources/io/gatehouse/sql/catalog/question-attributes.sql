SELECT DISTINCT name || '=' || "value" FROM question_attributes ORDER BY 1

SELECT scope, phase, is_last_prompt
FROM VALUES
    ('last_prompt', 'prompt', true),
    ('prompt', 'prompt', true),
    ('prompt', 'prompt', false),
    ('generated', 'generated', false)
AS s(scope, phase, is_last_prompt)

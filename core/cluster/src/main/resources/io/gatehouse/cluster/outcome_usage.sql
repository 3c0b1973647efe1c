SELECT answer, correct, layer, expert, phase, is_last_prompt, sum(n) AS n, sum(weight_sum) AS weight_sum
FROM parts
GROUP BY answer, correct, layer, expert, phase, is_last_prompt

SELECT
    layer,
    phase,
    is_last_prompt,
    sum(n) AS n,
    sum(entropy_sum) AS entropy_sum,
    sum(top_k_entropy_sum) AS top_k_entropy_sum,
    sum(mass_sum) AS mass_sum,
    sum(margin_sum) AS margin_sum
FROM parts
GROUP BY layer, phase, is_last_prompt

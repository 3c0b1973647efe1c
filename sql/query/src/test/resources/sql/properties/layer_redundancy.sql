-- Over all pairs of experts, from the same to the opposite.
SELECT * FROM layer_redundancy
WHERE NOT (n = experts * (experts - 1) / 2 AND mean_distance >= 0 AND mean_relative_distance BETWEEN 0 AND sqrt(2) + 1e-9
    AND abs(mean_cosine) <= 1 + 1e-9);

-- A layer spreads its tokens over no more experts than it uses.
SELECT * FROM layer_redundancy WHERE effective_experts > experts - unused + 1e-9;

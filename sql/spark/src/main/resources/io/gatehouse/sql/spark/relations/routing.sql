SELECT
    run_id,
    question_id,
    `position`,
    layer,
    is_generated,
    is_last_prompt,
    concat(filter(array(${ranks ,: expert_#}), e -> e IS NOT NULL), coalesce(more_experts, array())) AS experts,
    CASE WHEN weight_1 IS NOT NULL THEN
        concat(filter(array(${ranks ,: weight_#}), w -> w IS NOT NULL), coalesce(more_weights, array()))
    END AS weights,
    scores,
    lookahead_1,
    lookahead_2,
    entropy,
    spare_mass,
    margin,
    ranked
FROM decisions

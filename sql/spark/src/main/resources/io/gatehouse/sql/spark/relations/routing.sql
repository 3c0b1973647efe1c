SELECT
    run_id,
    question_id,
    `position`,
    layer,
    is_generated,
    is_last_prompt,
    concat(filter(array(${ranks ,: expert_#}), e -> e IS NOT NULL), coalesce(transform(more_ranks, r -> r.expert), array())) AS experts,
    CASE WHEN weight_1 IS NOT NULL THEN
        concat(filter(array(${ranks ,: weight_#}), w -> w IS NOT NULL), coalesce(transform(more_ranks, r -> r.weight), array()))
    END AS weights,
    CASE WHEN rank_details[0].score IS NOT NULL THEN transform(rank_details, d -> d.score) END AS scores,
    CASE WHEN rank_details[0].lookahead_1 IS NOT NULL THEN transform(rank_details, d -> d.lookahead_1) END AS lookahead_1,
    CASE WHEN rank_details[0].lookahead_2 IS NOT NULL THEN transform(rank_details, d -> d.lookahead_2) END AS lookahead_2,
    entropy,
    spare_mass,
    margin,
    ranked
FROM decisions

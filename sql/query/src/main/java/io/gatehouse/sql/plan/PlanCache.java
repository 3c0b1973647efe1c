package io.gatehouse.sql.plan;

import io.gatehouse.sql.parse.StatementText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The plans of the statements that were planned last, of one catalog. A plan depends on the text and the catalog only,
 * so that it never grows old: a catalog that changes is another one, with a cache of its own.
 */
final class PlanCache {
    static final int MAX_PLANS = 500;

    /** Longer ones are planned each time; with this, all plans together take 25 MB at most. */
    static final int MAX_LENGTH = 50_000;

    private final Map<String, Plan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Plan> eldest) {
            return size() > MAX_PLANS;
        }
    };

    synchronized Optional<Plan> find(StatementText text) {
        return Optional.ofNullable(plans.get(text.normal()));
    }

    /** A plan with a preface tells how long it took to be made, which is true once. */
    synchronized void keep(StatementText text, Plan plan) {
        if (plan.preface().isEmpty() && plan.sql().length() + text.normal().length() <= MAX_LENGTH) {
            plans.put(text.normal(), plan);
        }
    }
}

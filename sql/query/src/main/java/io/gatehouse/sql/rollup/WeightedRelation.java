package io.gatehouse.sql.rollup;

import io.gatehouse.store.schema.Rollup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * A relation whose rows stand for several: the columns of the relation that it takes the place of, then how many rows
 * each stands for, then what is kept of the measures.
 *
 * @param contents what each column holds, without the added ones
 */
record WeightedRelation(RelNode node, List<Content> contents) {
    /** What a column holds. */
    sealed interface Content {
        /** The same value as every row it stands for. */
        record Plain() implements Content {}

        /** Nothing: the rollup does not know. */
        record Gap(String name) implements Content {}

        /**
         * Nothing; added columns have what the rollup keeps of the values.
         *
         * @param kept the number of the added column of each aggregate; the sum is among them
         */
        record Measure(String name, Map<Rollup.Aggregate, Integer> kept) implements Content {
            public Measure {
                kept = Map.copyOf(kept);
            }
        }
    }

    WeightedRelation {
        contents = List.copyOf(contents);
    }

    int count() {
        return contents.size();
    }

    int sum(Content.Measure measure) {
        return find(measure, Rollup.Aggregate.SUM).orElseThrow();
    }

    /** Finds the column of an aggregate of a measure. */
    Optional<Integer> find(Content.Measure measure, Rollup.Aggregate aggregate) {
        return Optional.ofNullable(measure.kept().get(aggregate)).map(added -> contents.size() + 1 + added);
    }

    /** Number of columns that are kept of measures. */
    int sums() {
        return node.getRowType().getFieldCount() - contents.size() - 1;
    }

    /** Columns that are not known: whoever uses one of them needs the facts. */
    ImmutableBitSet unknown() {
        ImmutableBitSet.Builder unknown = ImmutableBitSet.builder();
        for (int i = 0; i < contents.size(); i++) {
            if (!(contents.get(i) instanceof Content.Plain)) {
                unknown.set(i);
            }
        }
        return unknown.build();
    }

    String name(int column) {
        Content content = contents.get(column);
        if (content instanceof Content.Gap gap) {
            return gap.name();
        }
        return content instanceof Content.Measure measure ? measure.name() : "";
    }
}

package io.gatehouse.sql.rollup;

import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * A relation whose rows stand for several: the columns of the relation that it takes the place of, then how many rows
 * each stands for, then what is kept of the measures.
 *
 * @param contents what each column holds, without the added ones
 */
record Weighted(RelNode node, List<Content> contents) {
    /** What a column holds. */
    sealed interface Content {
        /** The same value as every row it stands for. */
        record Plain() implements Content {}

        /** Nothing: the rollup does not know. */
        record Gap(String name) implements Content {}

        /**
         * Nothing; the sum of the values is the added column of a number.
         *
         * @param spread whether the sum of their squares, the smallest and the largest are the three after it
         */
        record Measure(String name, int sum, boolean spread) implements Content {}
    }

    Weighted {
        contents = List.copyOf(contents);
    }

    int count() {
        return contents.size();
    }

    int sum(Content.Measure measure) {
        return contents.size() + 1 + measure.sum();
    }

    int squareSum(Content.Measure measure) {
        return sum(measure) + 1;
    }

    int smallest(Content.Measure measure) {
        return sum(measure) + 2;
    }

    int largest(Content.Measure measure) {
        return sum(measure) + 3;
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

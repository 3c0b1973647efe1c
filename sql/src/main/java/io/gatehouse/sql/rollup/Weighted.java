package io.gatehouse.sql.rollup;

import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * A relation whose rows stand for several: the columns of the relation that it takes the place of, then how many rows
 * each stands for, then the sums of the measures.
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

        /** Nothing; the sum of the values is the added column of a number. */
        record Measure(String name, int sum) implements Content {}
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

    int sums() {
        return node.getRowType().getFieldCount() - contents.size() - 1;
    }

    /** The columns that a use of would need the facts. */
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

package io.gatehouse.store.transfer;

import io.gatehouse.store.run.QuestionRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The questions that the sequences of an import become, in order: the domain is the subject, the name an attribute. */
public final class SequenceQuestions {
    /** The attribute of a question that has the name of its sequence. */
    static final String NAME = "name";

    /** Approximate memory of a name beside its characters. */
    static final int MEMORY = 256;

    private final List<QuestionRow> rows = new ArrayList<>();
    private final Map<String, Integer> ordinals = new HashMap<>();

    /**
     * Adds the question of the next sequence.
     *
     * @param answer the correct answer; empty if unknown
     */
    public void add(String name, Optional<String> domain, String text, String answer) {
        String subject = domain.orElse("");
        int ordinal = ordinals.merge(subject, 1, Integer::sum);
        rows.add(new QuestionRow(subject, ordinal, text, List.of(), answer, Map.of(NAME, name)));
    }

    public List<QuestionRow> rows() {
        return List.copyOf(rows);
    }
}

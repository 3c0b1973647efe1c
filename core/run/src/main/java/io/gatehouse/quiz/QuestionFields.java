package io.gatehouse.quiz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.dataset.DatasetRecord;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * A record of a multiple-choice dataset read as a question. It knows how ARC, OpenBookQA, CommonsenseQA, MMLU and
 * MMLU-Pro are published: the text is {@code question}, {@code question_stem} or {@code question.stem}; the choices are a
 * list of texts, two lists {@code text} and {@code label}, or a list of pairs of these; the answer is a label, or the
 * number of a choice from 0.
 */
final class QuestionFields {
    private static final List<String> TEXT = List.of("question", "question_stem");
    private static final List<String> CHOICES = List.of("choices", "options");
    private static final List<String> ANSWER = List.of("answerKey", "answer");
    private static final List<String> SUBJECT = List.of("subject", "category");
    private static final int MAX_SHOWN = 40;

    private final String place;
    private final ObjectNode fields;

    private record Choices(List<String> texts, List<String> labels) {}

    QuestionFields(DatasetRecord dataset) {
        this.place = dataset.place();
        this.fields = dataset.fields();
    }

    /** The subject, where the dataset has subjects or categories. */
    Optional<String> findSubject() {
        return find(fields, SUBJECT)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(text -> !text.isBlank());
    }

    /** @throws GatehouseException CORRUPT_QUIZ, with the field that is missing or wrong */
    Question question(String subject, int ordinal) {
        JsonNode asked = require(fields, TEXT);
        String text = asked.isObject() ? text("stem", require(asked, List.of("stem"))) : text("question", asked);
        if (text.isBlank()) {
            throw corrupt("has an empty question");
        }
        Choices choices = choices(require(asked.isObject() ? asked : fields, CHOICES));
        if (choices.texts().size() < Question.MIN_CHOICES || choices.texts().size() > Question.MAX_CHOICES) {
            throw corrupt("has %d choices instead of %d to %d"
                    .formatted(choices.texts().size(), Question.MIN_CHOICES, Question.MAX_CHOICES));
        }
        char answer = (char) ('A' + answer(require(fields, ANSWER), choices.labels()));
        return new Question(subject, ordinal, text, choices.texts(), answer, attributes());
    }

    private Choices choices(JsonNode node) {
        if (node.isObject()) {
            return new Choices(texts(require(node, List.of("text"))), texts(require(node, List.of("label"))));
        }
        if (!node.isArray()) {
            throw corrupt("has choices that are neither a list nor text and label: " + shown(node));
        }
        if (node.isEmpty() || node.get(0).isTextual()) {
            List<String> texts = texts(node);
            return new Choices(
                    texts,
                    IntStream.range(0, texts.size())
                            .mapToObj(i -> String.valueOf((char) ('A' + i)))
                            .toList());
        }
        List<String> texts = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (JsonNode pair : node) {
            texts.add(text("text", require(pair, List.of("text"))));
            labels.add(text("label", require(pair, List.of("label"))));
        }
        return new Choices(texts, labels);
    }

    /** Number of the right choice, from 0. */
    private int answer(JsonNode node, List<String> labels) {
        int answer =
                node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : labels.indexOf(node.asText());
        if (answer < 0 || answer >= labels.size()) {
            throw corrupt(
                    "has the answer %s, which is none of %s".formatted(shown(node), shown(String.join(", ", labels))));
        }
        return answer;
    }

    private Map<String, String> attributes() {
        Set<String> used = Set.of("question", "question_stem", "choices", "options", "answerKey", "answer", "subject");
        Map<String, String> attributes = new TreeMap<>();
        fields.properties().stream()
                .filter(field ->
                        !used.contains(field.getKey()) && !field.getValue().isNull())
                .forEach(field -> attributes.put(
                        field.getKey(),
                        field.getValue().isValueNode()
                                ? field.getValue().asText()
                                : field.getValue().toString()));
        return attributes;
    }

    private List<String> texts(JsonNode list) {
        if (!list.isArray()) {
            throw corrupt("has %s where a list of texts belongs".formatted(shown(list)));
        }
        return StreamSupport.stream(list.spliterator(), false)
                .map(node -> text("choices", node))
                .toList();
    }

    private String text(String field, JsonNode node) {
        if (!node.isTextual()) {
            throw corrupt("has %s where '%s' should be a text".formatted(shown(node), field));
        }
        return node.textValue();
    }

    private JsonNode require(JsonNode parent, List<String> names) {
        return find(parent, names)
                .orElseThrow(() -> corrupt("has no field '%s'".formatted(String.join("' or '", names))));
    }

    private static Optional<JsonNode> find(JsonNode parent, List<String> names) {
        return names.stream().filter(parent::hasNonNull).map(parent::get).findFirst();
    }

    private static String shown(JsonNode node) {
        return shown(node.toString());
    }

    private static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    private GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_QUIZ, "%s %s".formatted(place, what));
    }
}

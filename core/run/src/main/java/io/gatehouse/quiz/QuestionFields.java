package io.gatehouse.quiz;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Reads a record of a dataset as a question. It knows how ARC, OpenBookQA, CommonsenseQA, MMLU and
 * MMLU-Pro are published: the text is {@code question}, {@code question_stem} or {@code question.stem}; the choices are a
 * list of texts, two lists {@code text} and {@code label}, or a list of pairs of these; the answer is a label, or the
 * number of a choice from 0. A record without choices has a free answer: the text or number of {@code answer}.
 */
final class QuestionFields {
    private static final String[] TEXT = {"question", "question_stem"};
    private static final String[] CHOICES = {"choices", "options"};
    private static final String[] ANSWER = {"answerKey", "answer"};
    private static final String[] SUBJECT = {"subject", "category"};

    private final JsonValue fields;

    private record Choices(List<String> texts, List<String> labels) {}

    QuestionFields(JsonValue record) {
        this.fields = record.withErrors(ErrorCode.CORRUPT_QUIZ);
    }

    /** The subject, where the dataset has subjects or categories. */
    Optional<String> findSubject() {
        return fields.find(SUBJECT)
                .filter(JsonValue::isText)
                .map(JsonValue::text)
                .filter(text -> !text.isBlank());
    }

    /** @throws GatehouseException CORRUPT_QUIZ, with the field that is missing or wrong */
    Question question(String subject, int ordinal) {
        JsonValue question = fields.field(TEXT);
        boolean nested = question.node().isObject();
        String text = (nested ? question.field("stem") : question).text();
        if (text.isBlank()) {
            throw fields.corrupt("has an empty question");
        }
        if (!nested && fields.find(CHOICES).isEmpty()) {
            return new Question(subject, ordinal, text, List.of(), freeAnswer(fields.field(ANSWER)), attributes());
        }
        Choices choices = choices((nested ? question : fields).field(CHOICES));
        if (choices.texts().size() < Question.MIN_CHOICES || choices.texts().size() > Question.MAX_CHOICES) {
            throw fields.corrupt("has %d choices instead of %d to %d"
                    .formatted(choices.texts().size(), Question.MIN_CHOICES, Question.MAX_CHOICES));
        }
        if (choices.labels().size() != choices.texts().size()) {
            throw fields.corrupt("has %d choices with %d labels"
                    .formatted(choices.texts().size(), choices.labels().size()));
        }
        Set<String> labels = new HashSet<>();
        choices.labels().stream()
                .filter(label -> !labels.add(label))
                .findFirst()
                .ifPresent(label -> {
                    throw fields.corrupt("has two choices with the label %s".formatted(JsonValue.shown(label)));
                });
        char answer = (char) ('A' + answer(fields.field(ANSWER), choices.labels()));
        return new Question(subject, ordinal, text, choices.texts(), answer, attributes());
    }

    private String freeAnswer(JsonValue value) {
        String answer = value.node().isNumber() ? value.node().asText() : value.text();
        if (answer.isBlank()) {
            throw fields.corrupt("has neither choices nor an answer");
        }
        return answer;
    }

    private Choices choices(JsonValue value) {
        if (value.node().isObject()) {
            return new Choices(value.field("text").texts(), value.field("label").texts());
        }
        if (!value.node().isArray()) {
            throw fields.corrupt("has choices that are neither a list nor text and label: " + value.shown());
        }
        if (value.size() == 0 || value.item(0).isText()) {
            List<String> texts = value.texts();
            return new Choices(
                    texts,
                    IntStream.range(0, texts.size())
                            .mapToObj(i -> String.valueOf((char) ('A' + i)))
                            .toList());
        }
        List<String> texts = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            texts.add(value.item(i).field("text").text());
            labels.add(value.item(i).field("label").text());
        }
        return new Choices(texts, labels);
    }

    /** Number of the correct choice, from 0. */
    private int answer(JsonValue value, List<String> labels) {
        JsonNode node = value.node();
        int answer =
                node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : labels.indexOf(node.asText());
        if (answer < 0 || answer >= labels.size()) {
            throw fields.corrupt("has the answer %s, which is none of %s"
                    .formatted(value.shown(), JsonValue.shown(String.join(", ", labels))));
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
}

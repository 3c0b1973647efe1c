package io.gatehouse.sample.training;

import io.gatehouse.base.Resources;
import io.gatehouse.sample.exam.ExamReport;
import io.gatehouse.sample.exam.ExamReport.ExpertAccuracy;
import io.gatehouse.sample.exam.ExamReport.LayerRouting;
import io.gatehouse.sample.exam.ExamReport.SubjectScore;
import io.gatehouse.sample.exam.ExamReport.Telling;
import io.gatehouse.sample.quiz.Knowledge;
import io.gatehouse.sample.quiz.SampleQuiz;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The README.md of a trained checkpoint: a text with the measured figures put in. */
final class ModelCard {
    private static final String TEMPLATE = "model-card.md";

    private ModelCard() {}

    static String of(TrainingReport report) {
        String card = Resources.text(ModelCard.class, TEMPLATE);
        for (Map.Entry<String, String> figure : figures(report).entrySet()) {
            card = card.replace("{{" + figure.getKey() + "}}", figure.getValue());
        }
        return card;
    }

    private static Map<String, String> figures(TrainingReport report) {
        TrainingPlan plan = report.plan();
        Dimensions dimensions = plan.dimensions();
        TrainingReport.Effort effort = report.effort();
        ExamReport exam = report.exam();
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("seed", Long.toString(plan.seed()));
        figures.put("steps", Integer.toString(plan.steps()));
        figures.put("quizSeed", Long.toString(SampleQuiz.BUNDLED_SEED));
        figures.put("questions", format("%,d", exam.questions()));
        figures.put("layers", Integer.toString(dimensions.layers()));
        figures.put("hidden", Integer.toString(dimensions.hidden()));
        figures.put("heads", Integer.toString(dimensions.heads()));
        figures.put("experts", Integer.toString(dimensions.experts()));
        figures.put("intermediate", Integer.toString(dimensions.intermediate()));
        figures.put("topK", Integer.toString(dimensions.topK()));
        figures.put("vocabulary", Integer.toString(dimensions.vocabulary()));
        figures.put("positions", Integer.toString(dimensions.positions()));
        figures.put("parameters", format("%,d", report.parameters()));
        figures.put("trainedSteps", format("%,d", effort.steps()));
        figures.put("prompts", format("%,d", effort.prompts()));
        figures.put("answers", format("%,d", effort.answers()));
        figures.put("tokens", format("%,d", effort.tokens()));
        figures.put("longest", Integer.toString(effort.longest()));
        figures.put("time", format("%.0f minutes", effort.time().toSeconds() / 60.0));
        figures.put("textShare", Float.toString(plan.shares().text()));
        figures.put("probeShare", Float.toString(plan.shares().probe()));
        figures.put("balanceShare", Float.toString(plan.shares().balance()));
        figures.put("fewShotEvery", Integer.toString(plan.fewShotEvery()));
        figures.put("accuracy", accuracy(exam));
        figures.put("routing", routing(exam));
        figures.put("expertAccuracy", expertAccuracy(exam));
        return figures;
    }

    private static String accuracy(ExamReport exam) {
        String rows = exam.subjects().stream().map(ModelCard::row).collect(Collectors.joining());
        return """
                | subject | measures | n | accuracy | 5-shot |
                |---|---|---:|---:|---:|
                """
                + rows
                + format(
                        "| **all** | | %,d | **%.1f%%** | %.1f%% |",
                        exam.questions(), 100 * exam.accuracy(), 100 * exam.accuracyWithExamples());
    }

    private static String row(SubjectScore score) {
        return format(
                "| %s | %s | %d | %.1f%% | %.1f%% |\n",
                score.subject(),
                name(score.knowledge()),
                score.questions(),
                100 * score.accuracy(),
                100 * score.accuracyWithExamples());
    }

    private static String name(Knowledge knowledge) {
        return knowledge.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String routing(ExamReport exam) {
        String rows = exam.layers().stream().map(ModelCard::row).collect(Collectors.joining("\n"));
        return """
                | layer | unused, last token | unused, all tokens | bits, last token | bits, all tokens | bits, last token, same words | bits, all tokens, same words |
                |---:|---:|---:|---:|---:|---:|---:|
                """ + rows;
    }

    private static String row(LayerRouting layer) {
        Telling last = layer.atLast();
        Telling all = layer.anywhere();
        return format(
                "| %d | %d | %d | %.3f (%.3f) | %.3f (%.3f) | %.3f (%.3f) | %.3f (%.3f) |",
                layer.layer(),
                layer.unusedAtLast(),
                layer.unusedAnywhere(),
                last.information(),
                last.chance(),
                all.information(),
                all.chance(),
                last.amongSameWords(),
                last.chanceAmongSameWords(),
                all.amongSameWords(),
                all.chanceAmongSameWords());
    }

    private static String expertAccuracy(ExamReport exam) {
        String rows = exam.layers().stream()
                .filter(layer -> !layer.experts().isEmpty())
                .map(layer -> format(
                        "| %d | %s | %s |",
                        layer.layer(),
                        cell(layer.experts().get(0)),
                        cell(layer.experts().get(layer.experts().size() - 1))))
                .collect(Collectors.joining("\n"));
        return """
                | layer | least accurate | most accurate |
                |---:|---|---|
                """ + rows;
    }

    private static String cell(ExpertAccuracy expert) {
        return format("expert %d: %.1f%% of %,d", expert.expert(), 100 * expert.accuracy(), expert.questions());
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}

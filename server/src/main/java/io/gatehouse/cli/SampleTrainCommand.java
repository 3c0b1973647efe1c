package io.gatehouse.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.SampleQuiz;
import io.gatehouse.sample.training.ExamReport;
import io.gatehouse.sample.training.ExamReport.SubjectScore;
import io.gatehouse.sample.training.Trainer;
import io.gatehouse.sample.training.TrainingPlan;
import io.gatehouse.sample.training.TrainingProgress;
import io.gatehouse.sample.training.TrainingReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        description = "Train the sample model and write it as a Hugging Face checkpoint with its model card.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        footer = {"", "Example:", "  gatehouse sample train --out model --seed 1"})
final class SampleTrainCommand implements Callable<Integer> {
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory for the checkpoint.")
    private Path out = Path.of("");

    @Option(names = "--seed", paramLabel = "N", description = "Decides weights at the start and the order of lessons.")
    private long seed = TrainingPlan.BUNDLED_SEED;

    @Option(names = "--steps", paramLabel = "N", description = "Training steps; fewer make a weaker model sooner.")
    private int steps = TrainingPlan.BUNDLED_STEPS;

    @Option(names = "--json", description = "Print the figures as one JSON object; progress goes to stderr.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Curriculum curriculum = Curriculum.bundled();
        SampleQuiz quiz = SampleQuiz.generate(curriculum, SampleQuiz.BUNDLED_SEED);
        PrintWriter progress = spec.commandLine().getErr();
        Trainer trainer =
                new Trainer(TrainingPlan.bundled(seed, steps), curriculum, quiz, step -> progress.println(line(step)));
        TrainingReport report = trainer.train(out);
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            printer.println(tree(report).toPrettyString());
        } else {
            print(report, printer);
        }
        printer.flush();
        return 0;
    }

    private static String line(TrainingProgress step) {
        String validated = step.validation().isPresent()
                ? format("  validation %.1f %%", 100 * step.validation().getAsDouble())
                : "";
        return format(
                "%,6d of %,d steps  loss %.3f  %,.0f questions/s  %s left%s",
                step.step(),
                step.steps(),
                step.loss(),
                step.questionsPerSecond(),
                clock(step.timeLeft().toSeconds()),
                validated);
    }

    private static String clock(long seconds) {
        return format("%d:%02d", seconds / 60, seconds % 60);
    }

    private void print(TrainingReport report, PrintWriter printer) {
        ExamReport exam = report.exam();
        printer.println(format("%-20s %5s %9s %9s", "subject", "n", "accuracy", "5-shot"));
        for (SubjectScore score : exam.subjects()) {
            printer.println(row(score.subject(), score.questions(), score.accuracy(), score.accuracyWithExamples()));
        }
        printer.println(row("all", exam.questions(), exam.accuracy(), exam.accuracyWithExamples()));
        printer.println(format(
                "%,d parameters, trained in %s",
                report.parameters(), clock(report.effort().time().toSeconds())));
        printer.println(format("Written to %s; its README.md has every figure.", out));
    }

    private static String row(String subject, int questions, double accuracy, double withExamples) {
        return format("%-20s %5d %7.1f %% %7.1f %%", subject, questions, 100 * accuracy, 100 * withExamples);
    }

    private static ObjectNode tree(TrainingReport report) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        ExamReport exam = report.exam();
        ObjectNode accuracies = tree.putObject("accuracy");
        ObjectNode withExamples = tree.putObject("5-shot");
        for (SubjectScore score : exam.subjects()) {
            accuracies.put(score.subject(), score.accuracy());
            withExamples.put(score.subject(), score.accuracyWithExamples());
        }
        accuracies.put("all", exam.accuracy());
        withExamples.put("all", exam.accuracyWithExamples());
        tree.put("n", exam.questions());
        tree.put("parameters", report.parameters());
        tree.put("steps", report.effort().steps());
        tree.put("seconds", report.effort().time().toSeconds());
        return tree;
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}

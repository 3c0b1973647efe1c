package io.gatehouse.sample.exam;

import io.gatehouse.sample.quiz.Knowledge;
import java.util.List;

/**
 * What a written checkpoint answers, and how it routes while it does.
 *
 * @param layers routing of the prompts without examples
 */
public record ExamReport(List<SubjectScore> subjects, List<LayerRouting> layers) {
    public ExamReport {
        subjects = List.copyOf(subjects);
        layers = List.copyOf(layers);
    }

    /**
     * How many test questions were answered correctly.
     *
     * @param right without solved examples
     * @param rightWithExamples after the subject's five dev questions with their answers
     */
    public record SubjectScore(String subject, Knowledge knowledge, int questions, int right, int rightWithExamples) {
        public double accuracy() {
            return (double) right / questions;
        }

        public double accuracyWithExamples() {
            return (double) rightWithExamples / questions;
        }
    }

    /**
     * Bits that one activation tells about its question's subject.
     *
     * @param information about which subject it is
     * @param chance the same with subjects dealt to questions at random
     * @param amongSameWords about which subject it is among those that share its {@link io.gatehouse.sample.quiz.Words}
     * @param chanceAmongSameWords the same with subjects dealt at random among those
     */
    public record Telling(double information, double chance, double amongSameWords, double chanceAmongSameWords) {}

    /**
     * The accuracy of the questions that used an expert at the last prompt token.
     *
     * @param questions number of those questions
     */
    public record ExpertAccuracy(int expert, int questions, double accuracy) {}

    /**
     * Routing in one layer.
     *
     * @param unusedAtLast experts that no question used at the last token of its prompt
     * @param unusedAnywhere experts that no question used at any token of its prompt
     * @param experts accuracy per expert, worst first, of those with at least thirty questions
     */
    public record LayerRouting(
            int layer,
            int unusedAtLast,
            int unusedAnywhere,
            Telling atLast,
            Telling anywhere,
            List<ExpertAccuracy> experts) {
        public LayerRouting {
            experts = List.copyOf(experts);
        }
    }

    public int questions() {
        return subjects.stream().mapToInt(SubjectScore::questions).sum();
    }

    public double accuracy() {
        return (double) subjects.stream().mapToInt(SubjectScore::right).sum() / questions();
    }

    public double accuracyWithExamples() {
        return (double) subjects.stream()
                        .mapToInt(SubjectScore::rightWithExamples)
                        .sum()
                / questions();
    }
}

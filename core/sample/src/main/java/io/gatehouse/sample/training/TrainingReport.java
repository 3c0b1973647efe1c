package io.gatehouse.sample.training;

import io.gatehouse.sample.exam.ExamReport;
import java.time.Duration;

/** How a model was made and what it can do. */
public record TrainingReport(TrainingPlan plan, Effort effort, long parameters, ExamReport exam) {
    /**
     * What training took.
     *
     * @param tokens real tokens read, padding not counted
     * @param longest longest prompt in tokens
     */
    public record Effort(int steps, long prompts, long answers, long tokens, int longest, Duration time) {}
}

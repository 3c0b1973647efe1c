package io.gatehouse.sample.training;

import io.gatehouse.sample.exam.ExamReport;

/** How a model was made and what it can do. */
public record TrainingReport(TrainingPlan plan, TrainingEffort effort, long parameters, ExamReport exam) {}

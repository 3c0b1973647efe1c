package io.gatehouse.sample.training;

import java.time.Duration;

/**
 * What training took.
 *
 * @param tokens real tokens read, padding not counted
 * @param longest longest prompt in tokens
 */
public record TrainingEffort(int steps, long prompts, long answers, long tokens, int longest, Duration time) {}

package io.gatehouse.sample.training;

/** Hears of training as it goes on, on the thread that trains. */
public interface TrainingListener {
    void progress(TrainingProgress progress);
}

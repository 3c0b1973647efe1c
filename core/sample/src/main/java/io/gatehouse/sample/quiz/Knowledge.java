package io.gatehouse.sample.quiz;

/** What answering an unseen question of a subject takes. */
public enum Knowledge {
    /** A rule applied to operands that training never showed together. */
    RULE,
    /** A rule applied to a property of words that training did show: where they belong, how long they are. */
    RULE_OVER_RECALL,
    /** A fact that training did show, among choices that it never showed together. */
    RECALL
}

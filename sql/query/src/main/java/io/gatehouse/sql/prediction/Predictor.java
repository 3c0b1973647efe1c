package io.gatehouse.sql.prediction;

/** What expects experts of a decision, the most likely first. */
public enum Predictor {
    /** The experts that the token before had in the same layer. */
    PREVIOUS("previous"),
    /** The experts with the most uses in what was learned from. */
    HOT("hot"),
    /** The experts that most likely follow those of the same token in the MoE layer before. */
    COUPLED_1("coupled_1"),
    /** The same from the MoE layer before that one. */
    COUPLED_2("coupled_2");

    private final String label;

    Predictor(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}

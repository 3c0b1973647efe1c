package io.gatehouse.sql.rollup;

/** Why a rollup cannot answer an aggregate, as the end of a sentence. */
final class RollupNotApplicable extends Exception {
    private static final long serialVersionUID = 1;

    RollupNotApplicable(String reason) {
        super(reason, null, false, false);
    }
}

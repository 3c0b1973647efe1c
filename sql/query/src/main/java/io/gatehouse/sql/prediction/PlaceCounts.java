package io.gatehouse.sql.prediction;

/** How often the experts of decisions stood at each place of a prediction. */
final class PlaceCounts {
    private final long[] places;
    private long decisions;
    private long uses;

    /** @param experts how many places there are */
    PlaceCounts(int experts) {
        this.places = new long[experts];
    }

    void addDecision(int experts) {
        decisions++;
        uses += experts;
    }

    void addHit(int place) {
        places[place]++;
    }

    long decisions() {
        return decisions;
    }

    long uses() {
        return uses;
    }

    /** The hits among the first 1, 2, … places. */
    long[] hits() {
        long[] hits = places.clone();
        for (int place = 1; place < hits.length; place++) {
            hits[place] += hits[place - 1];
        }
        return hits;
    }
}

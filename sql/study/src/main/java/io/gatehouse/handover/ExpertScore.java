package io.gatehouse.handover;

/** The score by which ESFT ranks experts. */
public enum ExpertScore {
    /** The share of the router's choices that selected the expert. */
    TOKEN,

    /** The mean weight of the expert. */
    GATE
}

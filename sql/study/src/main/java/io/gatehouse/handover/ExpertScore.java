package io.gatehouse.handover;

/** By what ESFT ranks experts. */
public enum ExpertScore {
    /** The share of the choices that fell on the expert. */
    TOKEN,

    /** The mean weight of the expert. */
    GATE
}

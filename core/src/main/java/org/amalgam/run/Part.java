package org.amalgam.run;

/** The parts of a run whose work is held against what the machine can do. */
public enum Part {
    /** Merged parameters are made of the models', and saved. */
    MERGING("merging"),
    /** Samples pass the models for what a method wants to know of them. */
    STATISTICS("statistics"),
    /** Parameters are learned. */
    ADAPTING("adapting"),
    /** Networks are judged. */
    EVALUATION("evaluation");

    private final String label;

    Part(String label) {
        this.label = label;
    }

    /** What reports call it. */
    public String label() {
        return label;
    }
}

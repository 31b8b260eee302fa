package io.fourtuple.packetdrill.script;

/** A script needs what is not there: it cannot be run, and so neither passes nor fails. */
public final class UnsupportedFeatureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String feature;

    /** The feature in a few words, such as {@code "socket option SO_ZEROCOPY"}. */
    public UnsupportedFeatureException(String feature) {
        super("needs " + feature);
        this.feature = feature;
    }

    /** What is missing. */
    public String feature() {
        return feature;
    }
}

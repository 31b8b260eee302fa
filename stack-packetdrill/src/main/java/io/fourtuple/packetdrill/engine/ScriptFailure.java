package io.fourtuple.packetdrill.engine;

/** What a script says was not the case. */
final class ScriptFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScriptFailure(String message) {
        super(message);
    }
}

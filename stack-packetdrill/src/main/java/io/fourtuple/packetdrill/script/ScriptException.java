package io.fourtuple.packetdrill.script;

/** A script that cannot be read: its message names file and line. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScriptException(String message) {
        super(message);
    }
}

package io.fourtuple.api.protocol;

/** The listening socket is closed: the answer to {@link AcceptorCommand.Unbind}. */
public record Unbound() {
    /** The only one there needs to be. */
    public static final Unbound INSTANCE = new Unbound();
}

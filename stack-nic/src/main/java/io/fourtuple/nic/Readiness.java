package io.fourtuple.nic;

/** How a NIC tells that frames have arrived, so that nobody has to ask it in vain. */
public sealed interface Readiness {
    /**
     * By a file descriptor that becomes readable.
     *
     * @param fd the descriptor; it stays the NIC's own, who closes it
     */
    record Descriptor(int fd) implements Readiness {}

    /** By a call. */
    non-sealed interface Signal extends Readiness {
        /**
         * Says whom to wake. Called by the reader before it first calls {@link Nic#receive}; the last call counts.
         *
         * @param wakeUp run once after {@link Nic#receive} has returned fewer frames than it might have and then
         *     something arrived, a frame or news of one that is due later ({@link Nic#nextReceive}). It runs on the
         *     thread of whoever caused that, so it must be short, must not block and, unless it
         *     {@linkplain #mayReadAtOnce may do more}, may only schedule a read
         */
        void onReadable(Runnable wakeUp);

        /**
         * Whether {@code wakeUp} runs on the reader's event loop, in nobody's turn and after everything that arrives at
         * that instant: then the reader may read within it.
         */
        default boolean mayReadAtOnce() {
            return false;
        }
    }
}

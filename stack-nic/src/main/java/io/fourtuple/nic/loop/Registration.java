package io.fourtuple.nic.loop;

/** A descriptor that a loop watches. Confined to the loop's thread. */
public interface Registration extends AutoCloseable {
    /** Stops watching; the descriptor stays open. To be called before the descriptor is closed. Twice is no error. */
    @Override
    void close();
}

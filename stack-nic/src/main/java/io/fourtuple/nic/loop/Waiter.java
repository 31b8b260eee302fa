package io.fourtuple.nic.loop;

/** How a loop sleeps, and is woken. All but {@link #wakeUp} is confined to the loop's thread. */
interface Waiter {
    /** No limit. */
    long FOREVER = Long.MAX_VALUE;

    /**
     * Sleeps until {@link #wakeUp} is called, a descriptor is readable, or the time is over; it may also return for no
     * reason. A {@link #wakeUp} that came before makes it return at once.
     *
     * @param nanos the longest time to sleep, more than 0, or {@link #FOREVER}
     */
    void sleep(long nanos);

    /** Ends the sleep, or the next one. Any thread; after {@link #close} it does nothing. */
    void wakeUp();

    /** Calls whoever waits for a descriptor that is readable, without sleeping. */
    void checkDescriptors();

    /** Gives everything back. */
    void close();
}

package io.fourtuple.api.socket;

import io.fourtuple.nic.loop.EventLoop;
import io.fourtuple.nic.loop.VirtualTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** How a call waits for the answer of an actor. */
interface Waiting {
    /** Before a call: what had to happen up to now has happened. */
    void begin();

    /**
     * The answer of a connection, which comes in any case: its link sees to that.
     *
     * @throws ErrnoException when it is a failure
     */
    <T> T await(CompletableFuture<T> answer);

    /**
     * The answer of the stack actor, which may have ended.
     *
     * @throws ErrnoException when it is a failure, or will not come
     */
    <T> T awaitStack(CompletableFuture<T> answer);

    /** After a call: what follows from it at once has happened. */
    void end();

    /**
     * In a simulation no time passes while a call is made: everything that is ready runs before it, for its answer, and
     * after it. So it may be made by the program around the simulation, or by whatever runs in it.
     */
    record InVirtualTime(VirtualTime time) implements Waiting {
        @Override
        public void begin() {
            time.runReady();
        }

        @Override
        public <T> T await(CompletableFuture<T> answer) {
            time.runReady();
            if (!answer.isDone()) {
                throw new ErrnoException(Errno.ENETDOWN, "nobody answers: the stack has ended");
            }
            return get(answer);
        }

        @Override
        public <T> T awaitStack(CompletableFuture<T> answer) {
            return await(answer);
        }

        @Override
        public void end() {
            time.runReady();
        }
    }

    /**
     * On a real stack the thread waits for the stack's loop, some microseconds. It does not notice an interrupt, which
     * stays set: what was told cannot be taken back.
     */
    record OnThread(CompletableFuture<?> stackEnd) implements Waiting {
        @Override
        public void begin() {
            if (EventLoop.isOnLoop()) {
                throw new IllegalStateException("a socket call waits for an event loop, and thread "
                        + Thread.currentThread().getName() + " is one: call from a thread of the program");
            }
        }

        @Override
        public <T> T await(CompletableFuture<T> answer) {
            return get(answer); // join() goes on through an interrupt, and keeps it
        }

        @Override
        public <T> T awaitStack(CompletableFuture<T> answer) {
            CompletableFuture.anyOf(answer, stackEnd).exceptionally(_ -> this).join();
            if (!answer.isDone()) {
                throw new ErrnoException(Errno.ENETDOWN, "the stack has ended");
            }
            return get(answer);
        }

        @Override
        public void end() {
            // Others see to what follows.
        }
    }

    private static <T> T get(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ErrnoException failure) {
                throw failure;
            }
            throw e;
        }
    }
}

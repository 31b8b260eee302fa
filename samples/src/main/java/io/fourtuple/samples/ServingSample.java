package io.fourtuple.samples;

import java.io.PrintWriter;

/** A sample that serves on a network of its own until it is told to end. */
interface ServingSample extends AutoCloseable {
    /** What it runs on. */
    SampleNetwork network();

    /** One line: where it can be reached. */
    String readyLine();

    /** Ends it in order, within two seconds. May be called again. */
    @Override
    void close();

    /**
     * Says on {@code out} that it is ready, and returns when it has ended: with the JVM.
     *
     * @throws SampleException when its stack has ended for another reason
     */
    default void serveUntilEnd(PrintWriter out) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "sample-shutdown"));
        network().notes().forEach(out::println);
        out.println(readyLine());
        out.flush();
        network().awaitEnd();
    }
}

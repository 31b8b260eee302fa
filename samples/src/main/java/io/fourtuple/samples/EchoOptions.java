package io.fourtuple.samples;

/**
 * What the echo sample is asked to do.
 *
 * @param network where it serves
 * @param port it echoes on
 */
record EchoOptions(NetworkOptions network, int port) {
    EchoOptions {
        NetworkOptions.checkPort(port);
    }

    /** What is published when nothing is asked for. */
    static Publish published(int port) {
        NetworkOptions.checkPort(port);
        return Publish.parse("127.0.0.1:7007:" + port);
    }
}

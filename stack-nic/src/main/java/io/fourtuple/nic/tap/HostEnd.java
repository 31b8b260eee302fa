package io.fourtuple.nic.tap;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.NicException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's end of a TAP or TUN, set up by ip(8).
 *
 * @param device the interface
 * @param address address and prefix length
 */
record HostEnd(String device, String address) {
    private static final int TIMEOUT_SECONDS = 10;

    HostEnd {
        int slash = address.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"" + address + "\" lacks a prefix length: write it like 10.77.0.1/24");
        }
        int bits = IpAddress.parse(address.substring(0, slash)).isV4() ? 32 : 128;
        int prefix;
        try {
            prefix = Integer.parseInt(address.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + address + "\" has no number as prefix length", e);
        }
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("\"" + address + "\" must have a prefix length of 0 to " + bits);
        }
    }

    List<String> commands() {
        // Duplicate address detection would keep an IPv6 address unusable for a second: the cable has two ends only.
        String nodad = address.contains(":") ? " nodad" : "";
        return List.of("ip address replace " + address + " dev " + device + nodad, "ip link set " + device + " up");
    }

    void configure() {
        commands().forEach(HostEnd::run);
    }

    private static void run(String command) {
        try {
            Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NicException("'" + command + "' does not end: run it by hand");
            }
            if (process.exitValue() != 0) {
                throw new NicException("'" + command + "' failed, it said: " + said);
            }
        } catch (IOException e) {
            throw new NicException("cannot run '" + command + "': install iproute2", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NicException("interrupted while '" + command + "' was running", e);
        }
    }
}

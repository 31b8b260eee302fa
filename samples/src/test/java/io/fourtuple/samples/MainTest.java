package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Bad input is answered with one sentence that says what to do, status 2 and no stack trace. */
class MainTest {
    @TempDir
    private Path directory;

    private record Outcome(int status, String out, String err) {
        /** The one sentence on standard error. */
        String refusal() {
            assertThat(status).isEqualTo(2);
            assertThat(out).isEmpty();
            assertThat(err.lines()).hasSize(1);
            return err;
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Outcome(command.execute(arguments), out.toString(), err.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            echo --nic eth0 | there is no network interface "eth0"; use memory, tap:NAME, tun:NAME
            echo --nic tap:a/b | is not a name for a network device
            echo --nic tun: | is not a name for a network device
            echo --nic packet:none0 --host-address 10.77.0.1/24 | --host-address is the kernel's side of a TAP or TUN
            echo --nic packet:none0 --publish 127.0.0.1:0:7 | --publish needs the memory wire
            echo --nic vxlan:42 | is not VNI@ADDRESS, nor LOCAL/VNI@REMOTE
            echo --nic pcap:none0 | there is no network interface none0
            echo --port seven | 'seven' is not an int
            echo --port 0 | --port must be 1 to 65535, not 0
            echo --publish 7007 | is not HOST:PORT:STACKPORT, such as 127.0.0.1:7007:7
            echo --address 10.0.0.300/24 | not an IP address: "10.0.0.300/24"
            echo --address 10.77.0.2/32 | leaves no room for the other end of the wire
            echo --host-address 10.77.0.1/24 | --host-address is the kernel's side of a TAP or TUN device
            echo --loud | Unknown option: '--loud'; ./run echo --help lists the options
            echo --config missing.conf | cannot read the configuration missing.conf
            echo --publish 192.0.2.1:0:7 | 192.0.2.1 is not an address of this machine: publish on one that is
            echo --publish 127.0.0.1:0:7 --pcap no/such/directory/x | there is no such directory
            proxy | Missing required option: '--to=[stack:]HOST:PORT'; ./run proxy --help lists the options
            proxy --to here | is not HOST:PORT or stack:HOST:PORT
            proxy --to 127.0.0.1:70000 | has a port that is not 1 to 65535
            proxy --to 127.0.0.1:1 --idle-timeout 300 | is not a time with its unit, such as 30s or 5m
            proxy --to 127.0.0.1:1 --idle-timeout 0s | is not a time with its unit, such as 30s or 5m
            proxy --to 127.0.0.1:1 --idle-timeout 3weeks | is not a time with its unit, such as 30s or 5m
            proxy --to 127.0.0.1:1 --connections 0 | --connections must be at least 1, not 0
            proxy --to 127.0.0.1:1 --port 0 | --port must be 1 to 65535, not 0
            proxy --to stack:10.77.0.1:80 | nobody else is on the memory wire
            proxy --to 127.0.0.1:1 --far-nic tap:ft1 | --far-nic is for a far side on a stack
            proxy --to 127.0.0.1:1 --far-address 10.77.1.2/24 | add its --far-nic tap:ft1, or leave them out
            proxy --to stack:10.77.1.1:1 --nic tap:ft0 --far-nic tap:ft0 | --far-nic is for a device of its own
            proxy --to stack:10.77.1.1:1 --far-nic memory | --far-nic is for a device of its own
            replay | Missing required parameter: 'FILE'
            replay missing.pcap | there is no capture missing.pcap: name a file that is there
            replay pom.xml | cannot read the capture pom.xml (not a capture: it starts with neither
            replay pom.xml --speed 0 | is neither a number more than 0 nor max
            replay pom.xml --speed -1 | is neither a number more than 0 nor max
            replay pom.xml --expect abc | --expect is a SHA-256, 64 hexadecimal digits
            replay pom.xml --patience 3 | is not a time with its unit
            ss --socket missing.sock | there is no control socket missing.sock
            search | Missing required parameter: 'CLASS'; ./run search --help lists the options
            search Nothing | there is no class Nothing: give its full name, and say with --class-path where it is
            search java.lang.String | java.lang.String is no scenario: let it implement io.fourtuple.api.simulation.
            search io.fourtuple.samples.LossyTransfer --seeds 0 | cannot search: seeds must be 1 to 1000000000, is 0
            search io.fourtuple.samples.LossyTransfer --threads 0 | cannot search: threads must be 1 to 1024, is 0
            search io.fourtuple.samples.LossyTransfer --time 5 | is not a time with its unit, such as 30s or 5m
            search Nothing --class-path no/such.jar | there is no no/such.jar, which --class-path names
            play | Unmatched argument at index 0: 'play'
            """)
    void shouldRefuseWithOneSentence(String arguments, String part) {
        assertThat(run(arguments.split(" ", -1)).refusal()).contains(part).doesNotContain("Exception");
    }

    @Test
    void shouldSayWhenThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String where = "127.0.0.1:" + taken.getLocalPort();

            assertThat(run("echo", "--publish", where + ":7").refusal())
                    .startsWith("port " + where + " of this machine is in use")
                    .contains("--publish 127.0.0.1:0:7");
        }
    }

    @Test
    void shouldSayWhichConfigurationKeyIsWrong() throws IOException {
        Path file = Files.writeString(directory.resolve("my.conf"), "\nfourtuple.stack.tcp.nodelay = on\n");

        assertThat(run("echo", "--config", file.toString()).refusal())
                .startsWith("fourtuple.stack.tcp.nodelay is not a configuration key (")
                .contains("my.conf: 2")
                .contains("no-delay");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pekko.log-dead-letters = maybe", "pekko.actor.default-dispatcher.throughput = many"})
    void shouldSayWhenPekkoCannotUseTheConfiguration(String setting) throws IOException {
        Path file = Files.writeString(directory.resolve("my.conf"), setting);

        assertThat(run("echo", "--publish", "127.0.0.1:0:7", "--config", file.toString()).refusal())
                .startsWith("the configuration cannot be used (");
    }

    @Test
    void shouldSayWhatIsWrongWithTheSyntaxOfAConfiguration() throws IOException {
        Path file = Files.writeString(directory.resolve("my.conf"), "fourtuple.stack { nic = ");

        assertThat(run("echo", "--config", file.toString()).refusal())
                .startsWith("cannot read the configuration " + file);
    }

    @Test
    void shouldSayWhyTheStackCannotStart() throws IOException {
        Path file = Files.writeString(
                directory.resolve("my.conf"), "fourtuple.stack.ip.routes = [\"0.0.0.0/0 via 192.0.2.1\"]");

        assertThat(run("echo", "--publish", "127.0.0.1:0:7", "--config", file.toString()).refusal())
                .startsWith("the stack cannot be started: the gateway 192.0.2.1");
    }

    @Test
    void shouldExplainItself() {
        Outcome help = run("echo", "--help");

        assertThat(help.status()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("--nic", "--address", "--port", "--publish", "--pcap", "--host-address");
    }
}

package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.observe.ControlClient;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The default of the echo sample as a program outside sees it: kernel socket, gateway, wire in memory, stack. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EchoSampleTest {
    private static final int OCTETS = 16 << 20;
    private static final Publish ANY_PORT = Publish.parse("127.0.0.1:0:7");

    @TempDir
    private Path directory;

    private static EchoSample start(Path capture, List<InterfaceAddress> addresses) {
        NicOptions nic = new NicOptions(new NicChoice.Memory(), addresses, List.of());
        return EchoSample.start(
                new EchoOptions(NetworkOptions.of(nic, List.of(ANY_PORT), ANY_PORT, capture, null), 7));
    }

    private static Socket connect(EchoSample sample) throws IOException {
        InetSocketAddress address = sample.gatewayAddresses().getFirst();
        return new Socket(address.getAddress(), address.getPort());
    }

    @Test
    void shouldEchoIntactAndCaptureWhatWentOverTheWire() throws Exception {
        byte[] octets = new byte[OCTETS];
        new Random(7).nextBytes(octets);
        String expected = sha256(octets);
        Path capture = directory.resolve("wire.pcapng");

        try (EchoSample sample = start(capture, List.of()); Socket client = connect(sample)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, octets));
            assertThat(sha256(client.getInputStream())).isEqualTo(expected);
            sending.join();
        }

        List<CapturedPacket> packets = PcapngReader.read(capture);
        assertThat(sha256(reassembled(packets, Direction.INBOUND))).isEqualTo(expected);
        assertThat(sha256(reassembled(packets, Direction.OUTBOUND))).isEqualTo(expected);
    }

    @Test
    void shouldEchoOverIpv6Inside() throws Exception {
        try (EchoSample sample = start(null, List.of(InterfaceAddress.parse("fd77::2/64")));
                Socket client = connect(sample)) {
            send(client, "hello".getBytes(StandardCharsets.UTF_8));

            assertThat(client.getInputStream().readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
        }
    }

    @Test
    void shouldPassTheEndOfEitherDirectionOn() throws Exception {
        try (EchoSample sample = start(null, List.of()); Socket client = connect(sample)) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');

            client.shutdownOutput();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldSendFinToItsPeersWhenItEnds() throws Exception {
        EchoSample sample = start(null, List.of());
        try (Socket client = connect(sample)) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');

            CompletableFuture<Void> closing = CompletableFuture.runAsync(sample::close);

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            closing.join();
        }
        assertThat(sample.controlSocket()).doesNotExist();
    }

    @Test
    void shouldShowItsSocketsAndCounters() throws Exception {
        try (EchoSample sample = start(null, List.of()); Socket client = connect(sample)) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');

            // The echo of one octet may be on its way to be acknowledged.
            String ss = ControlClient.ask(sample.controlSocket(), "ss " + SampleNetwork.SERVER);
            assertThat(ss.lines().map(String::strip))
                    .anyMatch(line -> line.matches("LISTEN +0 +4096 +10\\.77\\.0\\.2:7 +0\\.0\\.0\\.0:\\*"))
                    .anyMatch(line -> line.matches("ESTAB +0 +[01] +10\\.77\\.0\\.2:7 +10\\.77\\.0\\.1:\\d+"))
                    .anyMatch(line -> line.startsWith("ts sack cubic wscale:"));
            assertThat(ControlClient.ask(sample.controlSocket(), "nstat " + SampleNetwork.SERVER))
                    .containsPattern("TcpPassiveOpens +1 ");
            assertThat(ControlClient.ask(sample.controlSocket(), "nstat-zeros " + SampleNetwork.GATEWAY))
                    .containsPattern("TcpActiveOpens +1 ").containsPattern("TcpInErrs +0 ");

            StringWriter out = new StringWriter();
            int status = Main.commandLine().setOut(new PrintWriter(out))
                    .execute("ss", "--socket", sample.controlSocket().toString());
            assertThat(status).isZero();
            assertThat(out.toString()).startsWith("State ").contains("LISTEN");
        }
    }

    @Test
    void shouldSayWhereItIsInOneLine() {
        try (EchoSample sample = start(null, List.of())) {
            assertThat(sample.readyLine()).isEqualTo("echo ready on 127.0.0.1:"
                    + sample.gatewayAddresses().getFirst().getPort()
                    + " (stack 10.77.0.2:7, memory wire); ss: ./run ss");
        }
    }

    private static void send(Socket client, byte[] octets) {
        try {
            OutputStream out = client.getOutputStream();
            out.write(octets);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError("the connection broke while sending", e);
        }
    }

    /** The payload of the only connection in one direction, in the order of its sequence numbers. */
    private static byte[] reassembled(List<CapturedPacket> packets, Direction direction) {
        TreeMap<Integer, byte[]> payloads = new TreeMap<>();
        int initial = 0;
        for (CapturedPacket packet : packets) {
            ByteBuffer frame = ByteBuffer.wrap(packet.bytes());
            boolean isTcp = frame.getShort(12) == 0x0800 && frame.get(14 + 9) == 6;
            if (packet.direction() != direction || !isTcp) {
                continue;
            }
            int tcp = 14 + (frame.get(14) & 0xf) * 4;
            int sequence = frame.getInt(tcp + 4);
            int payload = tcp + ((frame.get(tcp + 12) & 0xf0) >> 4) * 4;
            int end = 14 + frame.getShort(14 + 2);
            if ((frame.get(tcp + 13) & 2) != 0) {
                initial = sequence + 1;
            } else if (end > payload) {
                byte[] octets = new byte[end - payload];
                frame.get(payload, octets);
                payloads.merge(sequence - initial, octets, (a, b) -> a.length >= b.length ? a : b);
            }
        }
        ByteBuffer stream = ByteBuffer.allocate(OCTETS);
        payloads.forEach((offset, octets) -> stream.put(offset, octets));
        return stream.array();
    }

    private static String sha256(byte[] octets) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    }

    private static String sha256(InputStream octets) throws NoSuchAlgorithmException, IOException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream digested = new DigestInputStream(octets, digest)) {
            digested.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

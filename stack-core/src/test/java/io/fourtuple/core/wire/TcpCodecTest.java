package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpCodecTest {
    private static final int HELLO_SEQ = 0x55817b38;
    private static final byte[] HELLO = KernelFrames.bytes("68656c6c6f");

    @Test
    @Rfc(number = 9293, rules = "MUST-4")
    void shouldReadTheSynOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.SYN_V4);
        IpHeader ip = KernelFrames.ipv4(frame);

        TcpSegment syn = TcpCodec.parse(frame, ip.payloadOffset(), ip.payloadLength(), 0, 0);

        assertThat(TcpCodec.sourcePort(frame, ip.payloadOffset())).isEqualTo(58864);
        assertThat(TcpCodec.destinationPort(frame, ip.payloadOffset())).isEqualTo(7);
        assertThat(syn).hasToString("S 1434549047:1434549047(0) win 64240"
                + " <mss 1460,wscale 10,sackOK,TS val 3365157532 ecr 0>");
        assertThat(syn.length()).isOne();
    }

    @Test
    void shouldReadDataOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DATA_V6);
        IpHeader ip = KernelFrames.ipv6(frame);

        TcpSegment segment = TcpCodec.parse(frame, ip.payloadOffset(), ip.payloadLength(), 1428, Ecn.CE);

        assertThat(segment.options()).isEqualTo(TcpOptions.timestamps(0x30b30d70, 0xbe6411dd));
        assertThat(Arrays.copyOfRange(segment.array(), segment.payloadOffset(), segment.payloadOffset() + 5))
                .isEqualTo(HELLO);
        assertThat(segment.payloadLength()).isEqualTo(5);
        assertThat(segment.array()).isSameAs(frame);
        assertThat(segment.flags()).isEqualTo(TcpFlags.PSH | TcpFlags.ACK);
        assertThat(segment.gsoSize()).isEqualTo(1428);
        assertThat(segment.ecn()).isEqualTo(Ecn.CE);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-4", "MUST-14"})
    void shouldWriteTheSynAckOfTheKernel() {
        OutboundSegment s = new OutboundSegment().clear();
        s.seq = 0xa0bb74bd;
        s.ack = HELLO_SEQ;
        s.flags = TcpFlags.SYN | TcpFlags.ACK;
        s.window = 0xfe88;
        s.mss = 1460;
        s.windowScale = 10;
        s.sackPermitted = true;
        s.timestamps = true;
        s.tsVal = 0x51eeed9b;
        s.tsEcr = 0xc8943a9c;

        assertThat(written(s, 7, 58864)).isEqualTo(tcpOf(KernelFrames.SYN_ACK_V4));
    }

    @Test
    void shouldWriteDataOfTheKernelAtThePosition() {
        OutboundSegment s = new OutboundSegment().clear();
        s.seq = HELLO_SEQ;
        s.ack = 0xa0bb74be;
        s.flags = TcpFlags.PSH | TcpFlags.ACK;
        s.window = 0x3f;
        s.timestamps = true;
        s.tsVal = 0xc8943a9c;
        s.tsEcr = 0x51eeed9b;
        s.payload = (seq, length, target) -> target.put(HELLO, Seq.distance(HELLO_SEQ, seq), length);
        s.payloadLength = HELLO.length;
        ByteBuffer target = ByteBuffer.allocate(100).position(34);

        assertThat(TcpCodec.write(s, 58864, 7, target)).isEqualTo(37);
        assertThat(target.position()).isEqualTo(71);
        assertThat(Arrays.copyOfRange(target.array(), 34, 71)).isEqualTo(tcpOf(KernelFrames.DATA_V4));
    }

    @Rfc(number = 9293, rules = {"MUST-68", "MUST-69"})
    @Rfc(number = 2018, rules = "3")
    @Rfc(number = 7323, rules = {"2.2", "3.2"})
    @ParameterizedTest
    @CsvSource({
        // mss, wscale, sackOK, TS, blocks, options
        "1460, -1, false, false, 0, 020405b4",
        "-1, 7, false, false, 0, 01030307",
        "-1, -1, true, false, 0, 01010402",
        "-1, -1, false, true, 0, 0101080a0000000100000002",
        "-1, -1, true, true, 0, 0402080a0000000100000002",
        "536, 0, true, false, 0, 02040218 01010402 01030300",
        "1460, 14, false, true, 0, 020405b4 0101080a0000000100000002 0103030e",
        "-1, -1, false, false, 1, 0101050a 0000000a0000000b",
        "-1, -1, false, true, 2, 0101080a0000000100000002 01010512 0000000a0000000b 0000000c0000000d",
        "-1, -1, false, false, 4, 01010522 0000000a0000000b 0000000c0000000d 0000000e0000000f 0000001000000011",
    })
    void shouldWriteOptionsInTheOrderOfLinux(
            int mss, int windowScale, boolean sackPermitted, boolean timestamps, int blocks, String options) {
        OutboundSegment s = withOptions(mss, windowScale, sackPermitted, timestamps, blocks);

        byte[] written = written(s, 1, 2);

        assertThat(KernelFrames.hex(Arrays.copyOfRange(written, 20, written.length)))
                .isEqualTo(options.replace(" ", ""));
        assertThat(s.optionsLength()).isEqualTo(written.length - 20);
        assertThat(written[12] >>> 4 & 0xf).isEqualTo(written.length / 4);
    }

    @Rfc(number = 2018, rules = "3")
    @ParameterizedTest
    @CsvSource({"true, -1, 3", "true, 1460, 2", "false, 1460, 4", "false, -1, 4"})
    void shouldWriteAsManySackBlocksAsFit(boolean timestamps, int mss, int expected) {
        OutboundSegment s = withOptions(mss, -1, false, timestamps, 4);

        byte[] written = written(s, 1, 2);

        assertThat(written).hasSize(20 + s.optionsLength()).hasSizeLessThanOrEqualTo(60);
        assertThat(parsed(written).options().sackBlocks()).isEqualTo(expected).isEqualTo(s.writableSackBlocks());
    }

    @Test
    void shouldWriteAckAndUrgentPointerOnlyWhenTheirFlagsAreSet() {
        OutboundSegment s = new OutboundSegment().clear();
        s.ack = 0x01020304;
        s.urgentPointer = 77;
        s.flags = TcpFlags.RST;
        assertThat(parsed(written(s, 1, 2)).ack()).isZero();
        assertThat(parsed(written(s, 1, 2)).urgentPointer()).isZero();

        s.flags = TcpFlags.ACK | TcpFlags.URG;
        assertThat(parsed(written(s, 1, 2)).ack()).isEqualTo(0x01020304);
        assertThat(parsed(written(s, 1, 2)).urgentPointer()).isEqualTo(77);
    }

    @Test
    void shouldAskForThePayloadBehindTheSyn() {
        OutboundSegment s = new OutboundSegment().clear();
        s.seq = 0xffffffff;
        s.flags = TcpFlags.SYN;
        s.payloadLength = 3;
        s.payload = (seq, length, target) -> target.put((byte) seq).put((byte) length).put((byte) 9);

        assertThat(written(s, 1, 2)).endsWith(0, 3, 9);
    }

    @Test
    void shouldKeepAllNineFlags() {
        OutboundSegment s = new OutboundSegment().clear();
        s.flags = TcpFlags.AE | TcpFlags.CWR | TcpFlags.ECE | TcpFlags.SYN;

        assertThat(parsed(written(s, 1, 2)).flags()).isEqualTo(s.flags);
    }

    @Test
    void shouldIgnoreReservedBits() {
        byte[] segment = header(20);
        segment[12] |= 0x0e;

        assertThat(parsed(segment).flags()).isEqualTo(TcpFlags.ACK);
    }

    @Test
    void shouldNoticeAPayloadSourceThatBreaksItsWord() {
        OutboundSegment s = new OutboundSegment().clear();
        s.payloadLength = 10;
        s.payload = (seq, length, target) -> target.put(new byte[9]);

        assertThatThrownBy(() -> written(s, 1, 2)).isInstanceOf(IllegalStateException.class).hasMessageContaining("9");
    }

    @Test
    void shouldNotWriteBeyondTheBuffer() {
        OutboundSegment s = new OutboundSegment().clear();

        assertThatThrownBy(() -> TcpCodec.write(s, 1, 2, ByteBuffer.allocate(19)))
                .isInstanceOf(BufferOverflowException.class);
    }

    @Attack(7)
    @ParameterizedTest
    @CsvSource({
        "19, 5", // shorter than any header
        "0, 5",
        "20, 4", // data offset below five words
        "20, 0",
        "20, 6", // data offset beyond the segment
        "59, 15",
    })
    void shouldRejectAHeaderThatDoesNotFit(int length, int words) {
        byte[] segment = Arrays.copyOf(header(20), Math.max(length, 20));
        segment[12] = (byte) (words << 4);

        assertThat(TcpCodec.parse(segment, 0, length, 0, 0)).isNull();
    }

    @Test
    @Attack(7)
    void shouldNotReadOptionsOutOfThePayload() {
        byte[] segment = withOptions("02");
        byte[] longer = Arrays.copyOf(segment, segment.length + 4);
        longer[23] = 2; // an MSS option cut by the end of the header, its rest in the payload
        longer[24] = 4;

        assertThat(parsed(longer).options().mss()).isEqualTo(-1);
        assertThat(parsed(longer).payloadLength()).isEqualTo(4);
    }

    @Rfc(number = 9293, rules = {"MUST-4", "MUST-5", "MUST-6", "MUST-64", "MUST-68", "MUST-69"})
    @ParameterizedTest
    @CsvSource({
        "020405b4 0402080a0000000100000002 01030307, '<mss 1460,wscale 7,sackOK,TS val 1 ecr 2>'",
        "0101080a0000000100000002, '<TS val 1 ecr 2>'", // the usual layout
        "080a0000000100000002 0000, '<TS val 1 ecr 2>'",
        "01 080a0000000100000002 01, '<TS val 1 ecr 2>'",
        "0101080a0000000100000002 0101050a 0000000a0000000b, '<TS val 1 ecr 2,sack 10:11>'",
        "0101050a fffffff000000010, '<sack 4294967280:16>'",
        "fd0801020304 0506 030309 00, '<wscale 9>'", // unknown kinds are skipped
        "fe02fe02 030309 00, '<wscale 9>'",
        "1e04ffff 020405b4, '<mss 1460>'", // MPTCP
        "0303ff 00, '<wscale 255>'",
        "020405b4 020405dc, '<mss 1500>'", // the last one counts
        "00 030309, '<>'", // nothing after the end of the list
        "020405b4 00000000 030309 00, '<mss 1460>'",
        "01010101, '<>'",
    })
    void shouldReadOptions(String options, String expected) {
        assertThat(parsed(withOptions(options)).options()).hasToString(expected);
    }

    @Rfc(number = 9293, rules = "MUST-7")
    @Attack(7)
    @ParameterizedTest
    @ValueSource(strings = {
        "fd000000", // a length of 0 does not loop
        "fd010000",
        "02000000",
        "030300fd", // a kind without a length
        "fd030002", // cut by the end
        "fd050000", // goes beyond the header
        "02030500 03030900", // known kinds with wrong lengths
        "020505b4 00 030309",
        "0302 0902 0405b4 00",
        "0304090a",
        "04030000 030309 00",
        "05020000 030309 00", // SACK without a block
        "0509000000000000 0000 0000",
        "050b00000000000000000000",
        "080900000000000000 030309",
        "080b000000000000000000 00",
        "052a00000000000000000000", // five blocks do not fit any header
        "ff02ffff",
    })
    void shouldStopAtAnOptionThatMakesNoSense(String options) {
        TcpOptions read = parsed(withOptions("01030301" + options)).options();

        assertThat(read.windowScale()).isIn(0, 1);
        assertThat(read.mss()).isEqualTo(-1);
        assertThat(read.sackPermitted()).isFalse();
        assertThat(read.hasTimestamps()).isFalse();
        assertThat(read.sackBlocks()).isZero();
    }

    private static OutboundSegment withOptions(
            int mss, int windowScale, boolean sackPermitted, boolean timestamps, int blocks) {
        OutboundSegment s = new OutboundSegment().clear();
        s.mss = mss;
        s.windowScale = windowScale;
        s.sackPermitted = sackPermitted;
        s.timestamps = timestamps;
        s.tsVal = 1;
        s.tsEcr = 2;
        s.sackBlocks = blocks;
        Arrays.setAll(s.sackEdges, i -> 10 + i);
        return s;
    }

    private static byte[] withOptions(String hex) {
        byte[] options = KernelFrames.bytes(hex);
        int padded = (options.length + 3) / 4 * 4;
        byte[] segment = Arrays.copyOf(header(20 + padded), 20 + padded);
        System.arraycopy(options, 0, segment, 20, options.length);
        return segment;
    }

    private static byte[] header(int length) {
        byte[] header = KernelFrames.bytes("0001000200000003000000045010000500000000");
        header[12] = (byte) (length << 2);
        return header;
    }

    private static TcpSegment parsed(byte[] segment) {
        return TcpCodec.parse(segment, 0, segment.length, 0, 0);
    }

    private static byte[] written(OutboundSegment s, int sourcePort, int destinationPort) {
        ByteBuffer target = ByteBuffer.allocate(200);
        int length = TcpCodec.write(s, sourcePort, destinationPort, target);
        assertThat(target.position()).isEqualTo(length);
        return Arrays.copyOf(target.array(), length);
    }

    /** The segment of an IPv4 frame of the kernel, its checksum set to 0. */
    private static byte[] tcpOf(String frame) {
        byte[] bytes = KernelFrames.bytes(frame);
        byte[] tcp = Arrays.copyOfRange(bytes, 34, bytes.length);
        Bytes.putUint16(tcp, TcpCodec.CHECKSUM_OFFSET, 0);
        return tcp;
    }
}

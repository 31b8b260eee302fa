package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.ControlDirectory;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.FlightRecorder;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.pcapng.Recording;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports a connection that has failed: one line in the log, which names the file with its last packets. Reading the
 * recorder is the loop's work; writing the file, and then the line, is a blocking dispatcher's.
 */
final class FailureReports {
    private static final Logger LOG = LoggerFactory.getLogger(FailureReports.class);
    /** Failures whose packets wait to be written; of more at once the packets are not kept. */
    private static final int MAX_WAITING = 16;
    private static final String PREFIX = "failed-";
    private static final String SUFFIX = ".pcapng";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StackConfig config;
    private final Counters counters;
    private final LongSupplier epochNanos = CapturingNic.epochClock();
    private final AtomicInteger waiting = new AtomicInteger();
    /** Of all queues; none when they are switched off. */
    private final List<FlightRecorder> recorders;
    private final NicQueues queues;
    /** Those of what this shard reads, at the number of the link. */
    private final FlightRecorder[] mine;
    private Executor blocking;

    /** Those of the first shard, who writes them for all; it has yet to {@link #start}. */
    FailureReports(StackConfig config, NicQueues queues, Counters counters) {
        this(config, counters, queues, recorders(config.flightRecorder(), queues.all()), 0);
    }

    private FailureReports(
            StackConfig config, Counters counters, NicQueues queues, List<FlightRecorder> recorders, int shard) {
        this.config = config;
        this.counters = counters;
        this.queues = queues;
        this.recorders = recorders;
        int read = recorders.isEmpty() ? 0 : queues.of(shard).size();
        mine = new FlightRecorder[read];
        for (int link = 0; link < read; link++) { // the further NICs, which the first shard reads, are the last ones
            mine[link] = link == 0 ? recorders.get(shard) : recorders.get(recorders.size() - read + link);
        }
    }

    private static List<FlightRecorder> recorders(StackConfig.FlightRecorder config, List<Nic> queues) {
        return config.packets() == 0
                ? List.of()
                : queues.stream()
                        .map(queue -> new FlightRecorder(
                                queue.name(), queue.link().medium(), config.packets(), config.snapLength()))
                        .toList();
    }

    /** Those of a further shard, which records what passes its queue, if it has one. */
    FailureReports ofShard(int shard, Counters itsCounters) {
        return new FailureReports(config, itsCounters, queues, recorders, shard);
    }

    /** To be called before the first report, with who writes files. */
    void start(Executor forFiles) {
        blocking = forFiles;
    }

    /** The sink to send by on a link, so that what goes out is recorded. */
    FrameSink recording(int link, FrameSink sink) {
        return link < mine.length ? mine[link].recording(sink) : sink;
    }

    /** A frame that came in by a link. */
    void received(int link, Frame frame) {
        if (link < mine.length) {
            mine[link].received(frame);
        }
    }

    /** The loop's time, before frames are sent or received. */
    void setTime(long now) {
        for (FlightRecorder recorder : mine) {
            recorder.setTime(now);
        }
    }

    /**
     * Reports, with what all queues have recorded. On the first shard's loop.
     *
     * @param what the line in the log, to which the place of the packets is added
     * @param tuple the connection
     * @param now the loop's time
     */
    void report(String what, FourTuple tuple, Throwable cause, long now) {
        if (recorders.isEmpty()) {
            LOG.error("{}", what, cause);
            return;
        }
        long epoch = epochNanos.getAsLong();
        Recording recording = Recording.merged(
                recorders.stream().map(each -> each.of(tuple, now, epoch)).toList());
        if (recording.size() == 0) {
            LOG.error("{}; none of its packets is among the last {}", what, config.flightRecorder().packets(), cause);
            return;
        }
        if (waiting.getAndIncrement() >= MAX_WAITING) {
            waiting.getAndDecrement();
            counters.incrementShared(Counter.ACTOR_RECORDINGS_OMITTED);
            LOG.error("{}; its packets were not kept, as too many failed at once", what, cause);
            return;
        }
        try {
            blocking.execute(() -> {
                waiting.getAndDecrement();
                LOG.error("{}; {}", what, keep(recording, tuple, epoch, what + ": " + cause), cause);
            });
        } catch (RejectedExecutionException e) { // the actor system ends
            waiting.getAndDecrement();
            LOG.error("{}", what, cause);
        }
    }

    /** Synchronized, so that there are never more files than there may be. */
    private synchronized String keep(Recording recording, FourTuple tuple, long epoch, String reason) {
        try {
            Path directory = directory();
            makeRoom(directory);
            Path file = directory.resolve(nameOf(tuple, epoch));
            try (PcapngWriter writer = new PcapngWriter(
                    Channels.newOutputStream(Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))),
                    PcapngWriter.UNLIMITED)) {
                recording.writeTo(writer, reason);
            }
            counters.incrementShared(Counter.ACTOR_RECORDINGS);
            return "its last " + recording.size() + " packets are in " + file;
        } catch (IOException | RuntimeException e) {
            counters.incrementShared(Counter.ACTOR_RECORDINGS_OMITTED);
            return "its packets could not be kept (" + e + ")";
        }
    }

    /** The directory that is configured, or one that is this user's alone: packets are nobody else's business. */
    private Path directory() throws IOException {
        String configured = config.flightRecorder().directory();
        if (!configured.isEmpty()) {
            return Files.createDirectories(
                    Path.of(configured),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        ControlDirectory own = ControlDirectory.inTemporaryDirectory();
        own.prepare();
        return own.path();
    }

    /** Removes the oldest recordings, so that there are not too many with the next one. */
    private void makeRoom(Path directory) throws IOException {
        List<Path> kept;
        try (Stream<Path> entries = Files.list(directory)) {
            kept = entries.filter(FailureReports::isRecording).sorted().toList(); // by time, as their names are
        }
        for (int i = 0; i <= kept.size() - config.flightRecorder().files(); i++) {
            Files.deleteIfExists(kept.get(i));
        }
    }

    private static boolean isRecording(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    private String nameOf(FourTuple tuple, long epoch) {
        Instant instant = Instant.ofEpochSecond(0, epoch);
        String connection = tuple.toString().replace(":", ".").replace("[", "").replace("]", "");
        return PREFIX + TIME.format(instant) + "-" + config.name() + "-" + connection + SUFFIX;
    }
}

package io.fourtuple.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.config.ConfigurationException;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.ip.AddressChecks;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.StableSecret;
import io.fourtuple.core.tcp.CongestionControlSupplier;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StackConfigTest {
    private final Config reference = ConfigFactory.defaultReference(StackConfig.class.getClassLoader()).resolve();

    @Test
    void shouldHaveAKeyForEachFieldAndAFieldForEachKey() {
        TreeSet<String> keys = new TreeSet<>();
        reference.getConfig(StackConfig.PATH).entrySet().forEach(entry -> keys.add(entry.getKey()));

        assertThat(leaves(StackConfig.defaults()).keySet()).isEqualTo(keys);
    }

    @Test
    void shouldSayTheSameInReferenceConfAsInCode() {
        Config section = reference.getConfig(StackConfig.PATH);

        leaves(StackConfig.defaults()).forEach((key, value) ->
                assertThat(written(section, key, value)).as(key).isEqualTo(value));
    }

    @Test
    void shouldReadReferenceConfAsTheDefaults() {
        assertThat(leaves(StackConfig.from(reference))).isEqualTo(leaves(StackConfig.defaults()));
    }

    @Test
    void shouldUseTheDefaultsForASectionThatIsNotThere() {
        assertThat(leaves(StackConfig.from(ConfigFactory.empty()))).isEqualTo(leaves(StackConfig.defaults()));
    }

    @Test
    void shouldHaveACommentOnEachKey() {
        Config section = reference.getConfig(StackConfig.PATH);

        leaves(StackConfig.defaults()).keySet().forEach(key ->
                assertThat(section.getValue(key).origin().comments()).as(key).isNotEmpty());
    }

    @Test
    void shouldReadWhatDiffers() {
        StackConfig read = StackConfig.from(ConfigFactory.parseString("""
                my-app.stack {
                  name = "second"
                  nic = "tap:ft1"
                  nic-settings { hardware-address = interface, mtu = 9000, offload = off, kernel-buffer = 1 MiB,
                    queue-frames = 99 }
                  tcp { no-delay = on, congestion-control = reno, time-wait = 2 minutes, send-buffer.max = 1 MiB }
                  tcp.ecn = on
                  listen.syn-queue-ratio = 2
                  streams.on-loop = yes
                  terminate-timeout = 250 ms
                  further-nics = [
                    { nic = "tun:ft2", addresses = ["10.10.0.1/30"] }
                    { nic = "tap:ft3", nic-settings.mtu = 9000 }
                  ]
                  ip { addresses = ["10.9.0.1/16", "fd77::9/64"], routes = ["0.0.0.0/0 via 10.9.0.254"] }
                  ip.host-model = weak
                  ip.address-checks { detection = on, ipv4-probes = 2, defense = give-up, defend-interval = 1 s }
                  ip.autoconfiguration { enabled = on, interface-ids = eui64, routers = 2,
                    secret = "0000000000000001000000000000000a" }
                }"""), "my-app.stack");

        assertThat(read.name()).isEqualTo("second");
        assertThat(read.nic()).isEqualTo(new NicChoice.Tap("ft1"));
        assertThat(read.nicSettings()).isEqualTo(new NicSettings("interface", 9000, false, 1 << 20, 99));
        assertThat(read.tcp().noDelay()).isTrue();
        assertThat(read.tcp().congestionControl().create(1000, 10_000).name()).isEqualTo("reno");
        assertThat(read.tcp().ecn()).isEqualTo(TcpConfig.Ecn.ON);
        assertThat(Duration.ofNanos(read.tcp().timeWait())).isEqualTo(Duration.ofMinutes(2));
        assertThat(read.tcp().sendBuffer()).isEqualTo(new TcpConfig.BufferLimits(4096, 16384, 1 << 20));
        assertThat(read.listen().synBound(10)).isEqualTo(20);
        assertThat(read.ip().addresses()).hasToString("[10.9.0.1/16, fd77::9/64]");
        assertThat(read.ip().routes()).hasToString("[0.0.0.0/0 via 10.9.0.254]");
        assertThat(read.furtherNics()).extracting(StackConfig.FurtherNic::nic)
                .containsExactly(new NicChoice.Tun("ft2"), new NicChoice.Tap("ft3"));
        assertThat(read.furtherNics().get(1).settings().mtu()).isEqualTo(9000);
        assertThat(read.ip().furtherAddresses()).hasToString("[[10.10.0.1/30], []]");
        assertThat(read.ip().hostModel()).isEqualTo(IpConfig.HostModel.WEAK);
        assertThat(read.ip().addressChecks()).isEqualTo(new AddressChecks(
                AddressChecks.Detection.ON, 1, 2, 2, AddressChecks.Defense.GIVE_UP, 1_000_000_000L));
        assertThat(read.ip().autoconfiguration().enabled()).isTrue();
        assertThat(read.ip().autoconfiguration().routers()).isEqualTo(2);
        assertThat(read.ip().autoconfiguration().secret()).contains(new StableSecret(1, 10));
        assertThat(read.streams().onLoop()).isTrue();
        assertThat(read.terminateTimeout()).isEqualTo(Duration.ofMillis(250));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            nodelay = on | fourtuple.stack.nodelay is not a configuration key
            tcp.nodelay = on | fourtuple.stack.tcp.nodelay is not a configuration key
            tcp.receive-buffer.maximum = 1 | knows initial, max, min
            tcp = 5 | fourtuple.stack.tcp must be a section
            tcp.time-wait = 240 | fourtuple.stack.tcp.time-wait must be a duration with a unit, such as 240 s
            tcp.time-wait = "240" | must be a duration with a unit
            tcp.time-wait = 5 apples | must be a duration with a unit
            tcp.time-wait = -1 s | from 1 ms to 86400 s, not "-1 s"
            tcp.acknowledgment.delay = 500 ms | from 0 s to 499 ms
            tcp.receive-buffer.max = 5 s | must be a size such as 64 KiB
            tcp.receive-buffer.max = 5 GiB | from 1 B to 1073741824 B
            tcp.receive-buffer.min = 1 MiB | fourtuple.stack.tcp.receive-buffer: min must not be larger than initial
            tcp.retransmission.min-timeout = 3 s | min-timeout must not be larger than initial-timeout
            tcp.no-delay = maybe | must be on or off, not "maybe"
            tcp.congestion-control = vegas | must be cubic or reno or bbr or bbr1, not "vegas"
            tcp.ecn = maybe | fourtuple.stack.tcp.ecn must be off or accept or on or accept-accurate or
            tcp.initial-window-segments = 0 | must be a whole number from 1 to 1000, not "0"
            tcp.initial-window-segments = ten | must be a whole number
            listen.somaxconn = 0 | fourtuple.stack.listen.somaxconn must be a whole number from 1
            listen.syn-queue-ratio = much | must be a number from 0.01
            ports { first = 2000, last = 1000 } | fourtuple.stack.ports: first must not be larger than last
            limits.memory.low = 1 GiB | fourtuple.stack.limits.memory: low must not be larger than pressure
            limits.memory.pressure = 300 MiB | pressure must not be larger than max
            limits.memory.max = 0 B | must be a size such as 64 KiB
            limits.orphans = 0 | must be a whole number from 1
            nic = eth0 | fourtuple.stack.nic must be memory, tap:NAME, tun:NAME, packet:INTERFACE
            nic = eth0 | , not "eth0"
            nic = "wire:eth0" | not "wire:eth0"
            nic = "packet:" | not "packet:"
            nic = "memory:" | not "memory:"
            nic = "vxlan:42" | not "vxlan:42"
            nic-settings.hardware-address = "ff:ff:ff:ff:ff:ff" | must be random, interface or an address of a station
            nic-settings.hardware-address = ours | must be random, interface or an address of a station
            nic-settings.queue-frames = 0 | fourtuple.stack.nic-settings.queue-frames must be a whole number from 1
            nic-settings.mtu = 65536 | fourtuple.stack.nic-settings.mtu must be a size
            nic-settings.kernel-buffer = 1 KiB | fourtuple.stack.nic-settings.kernel-buffer must be a size
            loop-dispatcher = my-loop | fourtuple.stack.loop-dispatcher must be the id of a dispatcher like
            loop-dispatcher = pekko.actor.default-dispatcher | not "pekko.actor.default-dispatcher"
            loop-dispatcher = "" | fourtuple.stack.loop-dispatcher must be the id
            name = "a b" | fourtuple.stack.name must be letters, digits, - and _
            ip.addresses = 10.0.0.1/24 | fourtuple.stack.ip.addresses must be a list
            ip.addresses = ["10.0.0.1/33"] | such as 10.77.0.2/24, not "10.0.0.1/33"
            ip.addresses = ["router"] | must be a list of addresses
            ip.routes = ["0.0.0.0/0"] | must be a list of routes such as
            ip.routes = ["0.0.0.0/0 via fd77::1"] | not "0.0.0.0/0 via fd77::1"
            further-nics = 5 | fourtuple.stack.further-nics must be a list [ … ] of sections
            further-nics = [5] | fourtuple.stack.further-nics[0] must be a section
            further-nics = [{ nic = eth0 }] | fourtuple.stack.further-nics[0].nic must be memory, tap:NAME
            further-nics = [{ mtu = 1 }] | fourtuple.stack.further-nics[0].mtu is not a configuration key
            ip.host-model = lax | fourtuple.stack.ip.host-model must be strong or weak, not "lax"
            ip.address-checks.detection = maybe | must be off or optimistic or on, not "maybe"
            ip.address-checks.ipv4-probes = 17 | must be a whole number from 0 to 16
            ip.autoconfiguration.secret = abc | autoconfiguration.secret must be 32 hexadecimal digits
            ip.neighbors.retry-interval = 1 KiB | must be a duration with a unit
            ip.reassembly.fragments-per-datagram = 1 | must be a whole number from 2
            ip.addresses = ["10.0.0.300/24"] | not "10.0.0.300/24"
            """)
    void shouldRefuseWhatMakesNoSenseWithOneSentence(String line, String part) {
        Config config = ConfigFactory.parseString("fourtuple.stack { " + line + " }").withFallback(reference);

        assertThatThrownBy(() -> StackConfig.from(config))
                .isInstanceOf(ConfigurationException.class)
                .message().contains(part).startsWith("fourtuple.stack").doesNotContain("\n");
    }

    @Test
    void shouldDeriveTheBoundsOfTheQueuesFromTheBacklog() {
        StackConfig.Listen listen = StackConfig.defaults().listen();
        StackConfig.Listen linux = listen.withProfile(StackConfig.Listen.Profile.LINUX);

        assertThat(List.of(listen.acceptBound(5), listen.synBound(5))).containsExactly(5, 7);
        assertThat(List.of(linux.acceptBound(5), linux.synBound(5))).containsExactly(6, 1024);
        assertThat(List.of(listen.acceptBound(0), listen.synBound(0))).containsExactly(1, 1);
        assertThat(List.of(listen.acceptBound(100_000), listen.synBound(100_000))).containsExactly(4096, 6144);
    }

    /** Each field that is not a record itself, by the key that it must have. */
    private static Map<String, Object> leaves(Record values) {
        Map<String, Object> found = new TreeMap<>();
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            String key = key(component.getName());
            Object value = value(values, component);
            if (component.getName().equals("furtherAddresses")) {
                continue; // each NIC's are written with it, in further-nics
            }
            if (value instanceof Record nested && !(value instanceof NicChoice)) {
                leaves(nested).forEach((rest, leaf) -> found.put(key + "." + rest, leaf));
            } else {
                found.put(key, comparable(value));
            }
        }
        return found;
    }

    private static Object comparable(Object value) {
        return switch (value) {
            case CongestionControlSupplier supplier -> supplier.create(1000, 10_000).name();
            case Optional<?> maybe -> maybe.map(Object::toString).orElse("");
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            default -> value;
        };
    }

    private static Object value(Record values, RecordComponent component) {
        try {
            return component.getAccessor().invoke(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(component.toString(), e);
        }
    }

    /** {@code finWait2Timeout} is {@code fin-wait-2-timeout}, but {@code ipv4Timeout} is {@code ipv4-timeout}. */
    private static String key(String name) {
        return name.replaceAll("([A-Z]|(?<!ipv)[0-9]+)", "-$1").toLowerCase(Locale.ROOT);
    }

    /** What is written at {@code key}, as a value of the type of {@code like}. */
    private static Object written(Config section, String key, Object like) {
        return switch (like) {
            case Long _ -> key.startsWith("limits.memory.")
                    ? section.getBytes(key)
                    : section.getDuration(key).toNanos();
            case Duration _ -> section.getDuration(key);
            case Boolean _ -> section.getBoolean(key);
            case Integer _ -> section.getBytes(key).intValue();
            case Double _ -> section.getDouble(key);
            case NicChoice _ -> NicChoice.parse(section.getString(key));
            case List<?> _ when key.equals("tcp.fast-open.keys") -> section.getString(key).isEmpty()
                    ? List.of()
                    : FastOpenKey.parse(section.getString(key));
            case List<?> _ -> section.getList(key).unwrapped();
            default -> section.getString(key);
        };
    }
}

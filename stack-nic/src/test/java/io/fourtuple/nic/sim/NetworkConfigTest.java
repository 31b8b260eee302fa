package io.fourtuple.nic.sim;

import static io.fourtuple.nic.sim.LinkConfig.GBIT;
import static io.fourtuple.nic.sim.LinkConfig.MBIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig.BurstLoss;
import io.fourtuple.nic.sim.QueueDiscipline.CoDel;
import io.fourtuple.nic.sim.QueueDiscipline.FqCoDel;
import io.fourtuple.nic.sim.QueueDiscipline.Red;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkConfigTest {
    private final VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO);

    @AfterEach
    void close() {
        time.close();
    }

    private SimulatedNetwork network(String section) {
        return SimulatedNetwork.of(
                time, ConfigFactory.parseString("fourtuple.simulated-network {\n" + section + "\n}"));
    }

    @Test
    void shouldMakeWhatTheExampleSays() {
        SimulatedNetwork network =
                SimulatedNetwork.of(time, ConfigFactory.parseResources("simulated-network.conf").resolve());

        assertThat(network.nics()).extracting(SimulatedNic::name).containsExactly("alice", "bob", "server");
        assertThat(network.nic("bob").link().mtu()).isEqualTo(1400);
        assertThat(network.nic("bob").mac().toString()).isEqualTo("02:00:00:00:00:02");
        assertThat(network.nic("server").link().checksumOffload()).isTrue();
        assertThat(network.links()).extracting(Link::name)
                .containsExactly("alice-office", "bob-office", "office-edge:0", "edge:1-server");
        LinkConfig office = LinkConfig.DEFAULT.withDelay(Duration.ofNanos(100_000)).withBandwidth(GBIT);
        assertThat(network.link("alice-office").forward().config()).isEqualTo(office);
        assertThat(network.link("alice-office").backward().config()).isEqualTo(office);
        LinkConfig wan = LinkConfig.DEFAULT.withDelay(Duration.ofMillis(20)).withJitter(Duration.ofMillis(2))
                .withMtu(1400);
        assertThat(network.link("edge:1-server").forward().config()).isEqualTo(wan.withBandwidth(2 * MBIT)
                .withQueueBytes(65_536)
                .withDiscipline(new FqCoDel(1024, 1514, Duration.ofMillis(15), Duration.ofMillis(100), true)));
        assertThat(network.link("edge:1-server").backward().config()).isEqualTo(wan.withBandwidth(16 * MBIT)
                .withLoss(0.005).withBurstLoss(new BurstLoss(0.001, 0.2, 0, 0.8))
                .withReordering(0.01, Duration.ofMillis(5)).withDiscipline(new Red(20, 60, 0.1, true)));
        assertThat(network.router("edge").ports()).extracting(port -> port.addresses().toString())
                .containsExactly("[10.77.1.1/24, fd77:1::1/64]", "[10.77.2.1/24, fd77:2::1/64]");
        assertThat(network.switchNamed("office").addresses()).isZero();
    }

    @Test
    void shouldHaveTheSameDefaultsInBothLanguages() {
        assertThat(LinkConfig.of(ConfigFactory.empty())).isEqualTo(LinkConfig.DEFAULT);
        assertThat(NicConfig.of(ConfigFactory.empty())).isEqualTo(NicConfig.DEFAULT);
        assertThat(LinkConfig.of(ConfigFactory.parseString("discipline = codel")).discipline())
                .isEqualTo(CoDel.DEFAULT);
        assertThat(LinkConfig.of(ConfigFactory.parseString("discipline = fq-codel")).discipline())
                .isEqualTo(FqCoDel.DEFAULT);
        assertThat(network("switches { s {} }").switchNamed("s")).isNotNull();
    }

    @Test
    void shouldBeMadeOfWhatAnApplicationHasLoaded() {
        assertThat(SimulatedNetwork.of(time, ConfigFactory.load()).nics()).isEmpty();
        assertThat(SimulatedNetwork.of(time, ConfigFactory.empty()).nics()).isEmpty();
    }

    @Test
    void shouldConnectWhatIsThereAlready() {
        SimulatedNetwork network = new SimulatedNetwork(time);
        SimulatedNic alice = network.addNic("alice");
        network.build(ConfigFactory.parseString(
                "fourtuple.simulated-network { nics.bob {}, links = [{ between = [alice, bob] }] }"));

        assertThat(network.link("alice-bob").forward().from().name()).isEqualTo(alice.name());
    }

    @ParameterizedTest
    @CsvSource({
        "10 Mbit/s, 10000000", "2.5Gbit/s, 2500000000", "64 kbit/s, 64000", "300 bit/s, 300", "1 Tbit/s, 1000000000000",
        "unlimited, 0"
    })
    void shouldReadBandwidths(String text, long bitsPerSecond) {
        assertThat(LinkConfig.of(ConfigFactory.parseString("bandwidth = " + text)).bandwidth())
                .isEqualTo(bitsPerSecond);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "nics.a.mtu = big | fourtuple.simulated-network.nics.a.mtu must be a whole number, not \"big\" (String: 2)",
        "nics.a.mtu = 5 | fourtuple.simulated-network.nics.a: NIC: mtu must be 68 to 65535, is 5 (String: 2)",
        "nics.a.mut = 5 | fourtuple.simulated-network.nics.a.mut is not a configuration key (String: 2); "
                + "fourtuple.simulated-network.nics.a knows checksum-offload, mtu, queue-frames, super-frames",
        "nics.a = 5 | fourtuple.simulated-network.nics.a must be a section { … }, not \"5\" (String: 2)",
        "hosts.a {} | fourtuple.simulated-network.hosts is not a configuration key (String: 2); "
                + "fourtuple.simulated-network knows link, links, nic, nics, routers, switch, switches",
        "link.delay = 5 | fourtuple.simulated-network.link.delay must be a duration with a unit, such as"
                + " 50 ms, not \"5\" (String: 2)",
        "link.delay = soon | fourtuple.simulated-network.link.delay must be a duration with a unit, such as"
                + " 50 ms, not \"soon\" (String: 2)",
        "link.bandwidth = 10 Mbps | fourtuple.simulated-network.link.bandwidth must be a bandwidth such as"
                + " 10 Mbit/s, or unlimited, not \"10 Mbps\" (String: 2)",
        "link.bandwidth = 0 bit/s | fourtuple.simulated-network.link.bandwidth must be a bandwidth such as"
                + " 10 Mbit/s, or unlimited, not \"0 bit/s\" (String: 2)",
        "link.loss = 110 % | fourtuple.simulated-network.link.loss must be a number from 0 to 1 or a"
                + " percentage such as 0.5 %, not \"110 %\" (String: 2)",
        "link.queue-bytes = lots | fourtuple.simulated-network.link.queue-bytes must be a size such as"
                + " 64 KiB, or unlimited, not \"lots\" (String: 2)",
        "link.discipline = pie | fourtuple.simulated-network.link.discipline must be drop-tail or red or"
                + " codel or fq-codel, not \"pie\" (String: 2)",
        "link.red.mix = 5 | fourtuple.simulated-network.link.red.mix is not a configuration key (String: 2); "
                + "fourtuple.simulated-network.link.red knows ecn, max, max-probability, min",
        "link { discipline = red, red.max = 1 } | fourtuple.simulated-network.link: link: RED needs"
                + " 1 <= min < max, not min 5 and max 1 (String: 2)",
        "link { discipline = codel, codel.ecn = maybe } | fourtuple.simulated-network.link.codel.ecn must be on or"
                + " off, not \"maybe\" (String: 2)",
        "switches.s.table-size = 0 | fourtuple.simulated-network.switches.s: the table of switch s needs room for 1"
                + " address at least, not 0 (String: 2)",
        "routers.r.ports = [ten] | fourtuple.simulated-network.routers.r.ports must be a list of lists [ [ … ], … ],"
                + " not \"ten\" (String: 2)",
        "routers.r.ports = [[ten]] | fourtuple.simulated-network.routers.r: not an IP address: \"ten\" (String: 2)",
        "routers.r.routes { \"10.0.0.0/8\" = 10.1.1.1 } | fourtuple.simulated-network.routers.r.routes: the gateway"
                + " 10.1.1.1 of 10.0.0.0/8 is in the network of no port of router r (String: 2)",
        "links = [{ between = [x] }] | fourtuple.simulated-network.links[0]: a link is between 2 ends, such as"
                + " between = [alice, bob], not 1 (String: 2)",
        "links = [{ between = [x, y], bandwith = 1 }] | fourtuple.simulated-network.links[0].bandwith is not a"
                + " configuration key (String: 2); fourtuple.simulated-network.links[0] knows backward, bandwidth,"
                + " between, burst-loss, codel, corruption, delay, discipline, duplication, forward, fq-codel, jitter,"
                + " loss, mtu, queue-bytes, queue-frames, red, reordering",
        "links = [{ between = [x, nobody] }] | fourtuple.simulated-network.links[0]: there is no NIC, switch or port of"
                + " a router \"nobody\" in this network, only x, y (String: 2)",
        "links = [{ between = [x, y], forward.delay = x }] | fourtuple.simulated-network.links[0].forward.delay must be"
                + " a duration with a unit, such as 50 ms, not \"x\" (String: 2)",
        "links = 7 | fourtuple.simulated-network.links must be a list [ … ], not \"7\" (String: 2)",
        "links = [7] | fourtuple.simulated-network.links[0] must be a section { … }, not \"7\" (String: 2)"
    })
    void shouldSayInOneSentenceWhatIsWrong(String line, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network(line + "\nnics { x {}, y {} }" + (line.startsWith("links") ? ""
                        : "\nlinks = [{ between = [x, y] }]")))
                .withMessage(sentence);
    }

    @Test
    void shouldNotTakeOneNameOrOneNicTwice() {
        assertThatIllegalArgumentException().isThrownBy(() -> network("nics.a {}, switches.a {}"))
                .withMessage("fourtuple.simulated-network.switches.a: there is a \"a\" in this network already: choose"
                        + " another name (String: 2)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network("nics { a {}, b {}, c {} }\nlinks = [{ between = [a, b] },\n"
                        + "{ between = [a, c] }]"))
                .withMessage("fourtuple.simulated-network.links[1]: a has a link already (a-b): put a switch between"
                        + " (String: 4)");
    }
}

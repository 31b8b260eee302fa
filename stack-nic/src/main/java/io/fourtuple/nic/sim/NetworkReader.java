package io.fourtuple.nic.sim;

import com.typesafe.config.ConfigObject;
import io.fourtuple.nic.sim.LinkConfig.BurstLoss;
import io.fourtuple.nic.sim.LinkConfig.Reordering;
import io.fourtuple.nic.sim.QueueDiscipline.CoDel;
import io.fourtuple.nic.sim.QueueDiscipline.FqCoDel;
import io.fourtuple.nic.sim.QueueDiscipline.Red;
import java.util.List;

/** Makes what a configuration says: NICs, switches and routers in the order of their names, then links. */
final class NetworkReader {
    private static final String NICS = "nics";
    private static final String SWITCHES = "switches";
    private static final String ROUTERS = "routers";
    private static final String LINKS = "links";
    private static final String BETWEEN = "between";
    private static final String FORWARD = "forward";
    private static final String BACKWARD = "backward";

    private final SimulatedNetwork network;
    private final ConfigReader all;

    NetworkReader(SimulatedNetwork network, ConfigReader all) {
        this.network = network;
        this.all = all;
    }

    void build() {
        all.refuseOthers(NICS, SWITCHES, ROUTERS, LINKS);
        validateDefaults();
        ConfigObject nicDefaults = all.section("nic").merged();
        for (ConfigReader nic : all.sections(NICS)) {
            nic.make(() -> network.addNic(nic.name(), nic(nic.withDefaults(nicDefaults))));
        }
        ConfigObject switchDefaults = all.section("switch").merged();
        for (ConfigReader each : all.sections(SWITCHES)) {
            ConfigReader made = each.withDefaults(switchDefaults);
            made.refuseOthers();
            made.make(() -> network.addSwitch(made.name(), made.integer("table-size")));
        }
        for (ConfigReader router : all.sections(ROUTERS)) {
            router.refuseOthers("ports", "routes");
            router.make(() -> router(router));
        }
        ConfigObject linkDefaults = all.section("link").merged();
        for (ConfigReader link : all.objects(LINKS)) {
            link.make(() -> link(link.withDefaults(linkDefaults)));
        }
    }

    /** So that what is wrong with them is said of them and not of what they are used for. */
    private void validateDefaults() {
        ConfigReader nic = all.section("nic");
        nic.make(() -> nic(nic));
        all.section("switch").integer("table-size");
        ConfigReader link = all.section("link");
        link.make(() -> linkConfig(link));
    }

    private Router router(ConfigReader reader) {
        Router router = network.addRouter(reader.name());
        for (List<String> addresses : reader.textLists("ports")) {
            router.addPort(addresses.toArray(String[]::new));
        }
        ConfigReader routes = reader.section("routes");
        routes.make(() -> {
            routes.textsByKey().forEach(router::addRoute);
            return router;
        });
        return router;
    }

    private Link link(ConfigReader reader) {
        reader.refuseOthers(BETWEEN, FORWARD, BACKWARD);
        List<String> ends = reader.texts(BETWEEN);
        if (ends.size() != 2) {
            throw new IllegalArgumentException("a link is between 2 ends, such as between = [alice, bob], not "
                    + ends.size());
        }
        ConfigObject both = reader.merged().withoutKey(BETWEEN).withoutKey(FORWARD).withoutKey(BACKWARD);
        ConfigReader forward = reader.section(FORWARD).withDefaults(both);
        ConfigReader backward = reader.section(BACKWARD).withDefaults(both);
        LinkConfig there = direction(forward);
        LinkConfig back = direction(backward);
        Link link = network.connect(network.end(ends.getFirst()), network.end(ends.getLast()), there);
        link.backward().setConfig(back);
        return link;
    }

    private static LinkConfig direction(ConfigReader reader) {
        reader.refuseOthers();
        return reader.make(() -> linkConfig(reader));
    }

    static LinkConfig linkConfig(ConfigReader reader) {
        ConfigReader burst = reader.section("burst-loss");
        ConfigReader late = reader.section("reordering");
        return new LinkConfig(
                reader.bandwidth("bandwidth"),
                reader.duration("delay"),
                reader.duration("jitter"),
                reader.probability("loss"),
                new BurstLoss(burst.probability("enter-bad"), burst.probability("leave-bad"),
                        burst.probability("loss-when-good"), burst.probability("loss-when-bad")),
                reader.probability("duplication"),
                new Reordering(late.probability("probability"), late.duration("extra-delay")),
                reader.probability("corruption"),
                reader.integer("mtu"),
                reader.integer("queue-frames"),
                reader.bytes("queue-bytes"),
                discipline(reader));
    }

    private static QueueDiscipline discipline(ConfigReader reader) {
        String name = reader.choice("discipline", "drop-tail", "red", "codel", "fq-codel");
        ConfigReader section = name.equals("drop-tail") ? reader : reader.section(name);
        return switch (name) {
            case "red" -> new Red(section.integer("min"), section.integer("max"),
                    section.probability("max-probability"), section.flag("ecn"));
            case "codel" ->
                    new CoDel(section.duration("target"), section.duration("interval"), section.flag("ecn"));
            case "fq-codel" -> new FqCoDel(section.integer("flows"), section.integer("quantum"),
                    section.duration("target"), section.duration("interval"), section.flag("ecn"));
            default -> new QueueDiscipline.DropTail();
        };
    }

    static NicConfig nic(ConfigReader reader) {
        reader.refuseOthers();
        return new NicConfig(
                reader.integer("mtu"),
                reader.flag("checksum-offload"),
                reader.bytes("super-frames"),
                reader.integer("queue-frames"));
    }
}

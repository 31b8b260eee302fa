package io.fourtuple.api;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.packet.PacketConfig;
import io.fourtuple.nic.packet.PacketNic;
import io.fourtuple.nic.pcap.Pcap4jNic;
import io.fourtuple.nic.pcap.PcapConfig;
import io.fourtuple.nic.tap.TapConfig;
import io.fourtuple.nic.tap.TapNic;
import io.fourtuple.nic.vxlan.VxlanConfig;
import io.fourtuple.nic.vxlan.VxlanNic;
import java.util.ArrayList;
import java.util.List;

/** Opens the network interface that a configuration asks for. */
public final class ConfiguredNic {
    private ConfiguredNic() {}

    /**
     * Opens what {@link StackConfig#nic} and {@link StackConfig#nicSettings} say. A TAP or TUN has a queue for each
     * shard. The memory wire has nobody at its other end.
     *
     * @return a NIC that the caller owns, until it hands it to {@link Stack#start}
     * @throws NicException with one sentence, when that is not possible
     */
    public static Nic open(StackConfig config) {
        return open(config.nic(), config.nicSettings(), config.shards());
    }

    /**
     * Opens all NICs that {@code config} names, the first one first.
     *
     * @return NICs that the caller owns, until it hands them to {@link Stack#start}
     * @throws NicException with one sentence, when that is not possible: then none is open
     */
    public static List<Nic> openAll(StackConfig config) {
        List<Nic> nics = new ArrayList<>();
        try {
            nics.add(open(config));
            for (StackConfig.FurtherNic further : config.furtherNics()) {
                nics.add(open(further.nic(), further.settings(), 1));
            }
            return List.copyOf(nics);
        } catch (RuntimeException e) {
            nics.forEach(Nic::close);
            throw e;
        }
    }

    private static Nic open(NicChoice choice, NicSettings settings, int shards) {
        return switch (choice) {
            case NicChoice.Memory _ -> new MemoryWire(MemoryWire.Config.DEFAULT).left();
            case NicChoice.Tap(String name) -> openTap(TapConfig.of(name, ownMac(choice, settings)), settings, shards);
            case NicChoice.Tun(String name) -> openTap(TapConfig.tun(name), settings, shards);
            case NicChoice.Packet(String name) -> {
                checkOwnMtu(choice, name, settings);
                yield PacketNic.open(PacketConfig.of(name, settings.mac())
                        .withOffload(settings.offload())
                        .withSocketBuffer(settings.kernelBuffer()));
            }
            case NicChoice.Vxlan tunnel -> VxlanNic.open(
                    changed(tunnel.config(ownMac(choice, settings)), settings));
            case NicChoice.Pcap(String name) -> {
                checkOwnMtu(choice, name, settings);
                MacAddress mac = settings.mac();
                yield Pcap4jNic.open(new PcapConfig(name, mac, !mac.equals(MacAddress.NONE), settings.kernelBuffer(),
                        settings.queueFrames()));
            }
        };
    }

    private static Nic openTap(TapConfig tap, NicSettings settings, int shards) {
        TapConfig changed;
        try {
            changed = tap.withMtu(settings.mtu())
                    .withOffload(settings.offload())
                    .withQueues(Math.min(shards, TapConfig.MAX_QUEUES));
        } catch (IllegalArgumentException e) {
            throw new NicException(e.getMessage(), e);
        }
        return TapNic.open(changed);
    }

    private static VxlanConfig changed(VxlanConfig config, NicSettings settings) {
        VxlanConfig changed = config.withBuffers(settings.kernelBuffer(), settings.kernelBuffer());
        try {
            return settings.mtu() == 0 ? changed : changed.withMtu(settings.mtu());
        } catch (IllegalArgumentException e) {
            throw new NicException(e.getMessage(), e);
        }
    }

    private static MacAddress ownMac(NicChoice choice, NicSettings settings) {
        if (settings.mac().equals(MacAddress.NONE)) {
            throw new NicException(choice + " has no interface whose hardware address could be shared: "
                    + "set nic-settings.hardware-address to random, or to one of its own");
        }
        return settings.mac();
    }

    private static void checkOwnMtu(NicChoice choice, String interfaceName, NicSettings settings) {
        if (settings.mtu() != 0) {
            throw new NicException("the MTU of " + choice + " is that of the interface: leave nic-settings.mtu at 0, "
                    + "and run 'ip link set " + interfaceName + " mtu " + settings.mtu() + "'");
        }
    }
}

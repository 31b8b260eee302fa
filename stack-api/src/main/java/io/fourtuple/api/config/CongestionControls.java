package io.fourtuple.api.config;

import io.fourtuple.core.tcp.Bbr;
import io.fourtuple.core.tcp.BbrVersion1;
import io.fourtuple.core.tcp.CongestionControlSupplier;
import io.fourtuple.core.tcp.Cubic;
import io.fourtuple.core.tcp.NewReno;

/**
 * The congestion controls that a configuration can name, under the names of Linux's {@code TCP_CONGESTION}; but what
 * Linux calls {@code bbr} is {@code bbr1} here.
 */
public final class CongestionControls {
    /** What may be written. */
    public static final String ALLOWED = "cubic or reno or bbr or bbr1";

    private CongestionControls() {}

    /**
     * The policy with this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static CongestionControlSupplier named(String name) {
        return switch (name) {
            case "cubic" -> Cubic::new;
            case "reno" -> NewReno::new;
            case "bbr" -> Bbr::new;
            case "bbr1" -> BbrVersion1::new;
            default -> throw new IllegalArgumentException(
                    "there is no congestion control \"" + name + "\"; use " + ALLOWED);
        };
    }
}

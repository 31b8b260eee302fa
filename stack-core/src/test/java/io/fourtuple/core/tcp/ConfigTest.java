package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each {@code with…} of what configures a connection changes what it is called after, and nothing else. */
class ConfigTest {
    private static final TcpConfig DEFAULTS = TcpConfig.defaults();

    static Stream<Case> cases() {
        return Stream.<Record>of(DEFAULTS, DEFAULTS.traits(), DEFAULTS.recovery(), DEFAULTS.tuning(),
                DEFAULTS.fastOpen(), PathMtuRules.DEFAULT)
                .flatMap(record -> Arrays.stream(record.getClass().getMethods())
                        .filter(method -> method.getName().startsWith("with") && method.getParameterCount() == 1)
                        .map(method -> new Case(record, method)));
    }

    record Case(Record record, Method method) {
        String component() {
            String name = method.getName().substring("with".length());
            return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
        }

        @Override
        public String toString() {
            return record.getClass().getSimpleName() + "." + method.getName();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldChangeThatAlone(Case one) throws ReflectiveOperationException {
        Object value = another(one);

        Object changed = one.method().invoke(one.record(), value);

        int differences = 0;
        for (RecordComponent component : one.record().getClass().getRecordComponents()) {
            Object was = component.getAccessor().invoke(one.record());
            Object is = component.getAccessor().invoke(changed);
            if (!was.equals(is)) {
                differences++;
                assertThat(is).as(component.getName()).isEqualTo(value);
            }
        }
        assertThat(differences).as("components that changed").isEqualTo(1);
    }

    /** Another value of the component with the name of the method, or of the first of its type. */
    private static Object another(Case one) throws ReflectiveOperationException {
        Class<?> type = one.method().getParameterTypes()[0];
        RecordComponent of = Arrays.stream(one.record().getClass().getRecordComponents())
                .filter(component -> component.getName().equals(one.component()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no component of " + one + " takes " + type));
        return other(of.getAccessor().invoke(one.record()));
    }

    private static Object other(Object value) {
        return switch (value) {
            case Boolean on -> !on;
            case Integer number -> number + 1;
            case Long number -> number + 1;
            case Enum<?> constant -> Arrays.stream(constant.getDeclaringClass().getEnumConstants())
                    .filter(c -> c != constant).findFirst().orElseThrow();
            case TcpConfig.BufferLimits limits ->
                    new TcpConfig.BufferLimits(limits.min(), limits.initial(), limits.max() + 1);
            case TcpConfig.OptionOffer offer -> new TcpConfig.OptionOffer(
                    !offer.windowScaling(), offer.timestamps(), offer.sack(), offer.minPeerMss());
            case TcpConfig.Retransmission r -> new TcpConfig.Retransmission(r.initialTimeout() + 1, r.minTimeout(),
                    r.maxTimeout(), r.synGiveUp(), r.synackRetries(), r.giveUp(), r.userTimeout());
            case TcpConfig.Acknowledgment a -> new TcpConfig.Acknowledgment(a.delay() + 1, a.quickAcks());
            case TcpConfig.KeepAlive k ->
                    new TcpConfig.KeepAlive(!k.enabled(), k.idle(), k.interval(), k.probes());
            case CongestionControlSupplier before -> {
                CongestionControlSupplier reno = NewReno::new;
                assertThat(before).isNotEqualTo(reno);
                yield reno;
            }
            case TcpConfig.Recovery recovery -> recovery.withRack(!recovery.rack());
            case TcpConfig.Tuning tuning -> tuning.withHopLimit(tuning.hopLimit() + 1);
            case HostTraits traits -> traits.withDeferDivisor(traits.deferDivisor() + 1);
            case PathMtuRules search -> search.withBaseMss(search.baseMss() + 1);
            case FastOpenRules rules -> rules.withDeferConnect(!rules.deferConnect());
            case List<?> keys -> List.of(new FastOpenKey(1, 2));
            case SourceRoute route -> new SourceRoute(!route.strict(), List.of(IpAddress.parse("10.77.0.9")));
            default -> throw new IllegalArgumentException("no other value of " + value.getClass());
        };
    }
}

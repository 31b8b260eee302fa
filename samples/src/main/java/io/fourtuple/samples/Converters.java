package io.fourtuple.samples;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.nic.replay.ReplayConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the words of a command line are turned into. */
final class Converters {
    private Converters() {}

    /** Turns the sentence of an {@link IllegalArgumentException} into picocli's. */
    private static <T> T parse(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("\"" + text + "\" cannot be used: " + e.getMessage());
        }
    }

    /** {@code memory}, {@code tap:ft0} and others. */
    static final class OfNic implements ITypeConverter<NicChoice> {
        @Override
        public NicChoice convert(String text) {
            return parse(text, NicChoice::parse);
        }
    }

    /** {@code 10.77.0.2/24}. */
    static final class OfAddress implements ITypeConverter<InterfaceAddress> {
        @Override
        public InterfaceAddress convert(String text) {
            return parse(text, InterfaceAddress::parse);
        }
    }

    /** {@code 127.0.0.1:7007:7}. */
    static final class OfPublish implements ITypeConverter<Publish> {
        @Override
        public Publish convert(String text) {
            return parse(text, Publish::parse);
        }
    }

    /** {@code 127.0.0.1:80} or {@code stack:10.77.0.1:80}. */
    static final class OfFarSide implements ITypeConverter<FarSide> {
        @Override
        public FarSide convert(String text) {
            return parse(text, FarSide::parse);
        }
    }

    /** {@code 2.5} or {@code max}. */
    static final class OfSpeed implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            return parse(text, OfSpeed::positive);
        }

        private static double positive(String text) {
            if (text.equals("max")) {
                return ReplayConfig.MAX_SPEED;
            }
            if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?") || Double.parseDouble(text) == 0) {
                throw new IllegalArgumentException("is neither a number more than 0 nor max");
            }
            return Double.parseDouble(text);
        }
    }

    /** {@code on-overflow}. */
    static final class OfSynCookies implements ITypeConverter<SynCookies> {
        @Override
        public SynCookies convert(String text) {
            return parse(text, given -> Arrays.stream(SynCookies.values())
                    .filter(each -> OverflowRun.name(each).equals(given))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("is not off, on-overflow or always")));
        }
    }

    /** A time with its unit, as in the configuration: {@code 30s}, {@code 5 minutes}. */
    static final class OfDuration implements ITypeConverter<Duration> {
        private static final Pattern SYNTAX = Pattern.compile("[0-9.]+\\s*[a-z]+");

        @Override
        public Duration convert(String text) {
            return parse(text, OfDuration::positive);
        }

        private static Duration positive(String text) {
            try {
                if (SYNTAX.matcher(text).matches()) {
                    Duration duration = ConfigValueFactory.fromAnyRef(text).atKey("time").getDuration("time");
                    if (duration.isPositive()) {
                        return duration;
                    }
                }
            } catch (ConfigException e) {
                throw new IllegalArgumentException("is not a time with its unit, such as 30s or 5m", e);
            }
            throw new IllegalArgumentException("is not a time with its unit, such as 30s or 5m");
        }
    }
}

package io.fourtuple.api.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One object of a HOCON configuration, read key by key. Each getter takes the value to use when the key is missing and
 * the range that makes sense, and remembers the key; {@link #finish()} then refuses what nobody asked for. Every
 * complaint is a {@link ConfigurationException} with one sentence.
 *
 * <p>Confined to one thread.
 */
public final class ConfigSection {
    private final String path;
    private final ConfigObject values;
    private final Map<String, ConfigSection> sections = new TreeMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    private ConfigSection(String path, ConfigObject values) {
        this.path = path;
        this.values = values;
    }

    /**
     * The object at {@code path}; an empty one when there is nothing.
     *
     * @throws ConfigurationException when there is something else than an object
     */
    public static ConfigSection of(Config config, String path) {
        Objects.requireNonNull(config, "config");
        if (!config.hasPath(path)) {
            return new ConfigSection(path, ConfigFactory.empty().root());
        }
        if (config.getValue(path) instanceof ConfigObject object) {
            return new ConfigSection(path, object);
        }
        throw complaint(path, "a section { … }", config.getValue(path), null);
    }

    /** The whole key of this section. */
    public String path() {
        return path;
    }

    /** The section at {@code key} in this one. The same object each time, so that it is finished with this one. */
    public ConfigSection section(String key) {
        known.add(key);
        return sections.computeIfAbsent(key, k -> child(k));
    }

    private ConfigSection child(String key) {
        ConfigValue value = values.get(key);
        if (value == null) {
            return new ConfigSection(path + "." + key, ConfigFactory.empty().root());
        }
        if (value instanceof ConfigObject object) {
            return new ConfigSection(path + "." + key, object);
        }
        throw complaint(key, "a section { … }", value);
    }

    /** The sections of a list of such; none when there is none. They are finished with this one. */
    public List<ConfigSection> sections(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ConfigList items)) {
            throw complaint(key, "a list [ … ] of sections { … }", value);
        }
        List<ConfigSection> all = new ArrayList<>();
        for (ConfigValue item : items) {
            String place = key + "[" + all.size() + "]";
            if (!(item instanceof ConfigObject object)) {
                throw complaint(place, "a section { … }", item);
            }
            all.add(sections.computeIfAbsent(place, _ -> new ConfigSection(path + "." + place, object)));
        }
        return List.copyOf(all);
    }

    /** A duration with its unit, in nanoseconds, from {@code min} to {@code max} nanoseconds. */
    public long nanos(String key, long fallback, long min, long max) {
        String allowed = "a duration with a unit, such as " + example(fallback) + ", from " + text(min) + " to "
                + text(max);
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        if (value.valueType() != ConfigValueType.STRING) {
            throw complaint(key, allowed, value);
        }
        long nanos;
        try {
            nanos = value.atKey(key).getDuration(key).toNanos();
        } catch (ConfigException | ArithmeticException e) {
            throw complaint(path + "." + key, allowed, value, e);
        }
        if (nanos < min || nanos > max || isPlainNumber(value)) {
            throw complaint(key, allowed, value);
        }
        return nanos;
    }

    /** A duration with its unit, from {@code min} to {@code max}. */
    public Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return Duration.ofNanos(nanos(key, fallback.toNanos(), min.toNanos(), max.toNanos()));
    }

    /** A size in octets, with or without a unit, from {@code min} to {@code max}. */
    public int bytes(String key, int fallback, int min, int max) {
        return (int) bytes(key, (long) fallback, min, max);
    }

    /** A size in octets, with or without a unit, from {@code min} to {@code max}. */
    public long bytes(String key, long fallback, long min, long max) {
        String allowed = "a size such as 64 KiB or 87380 B, from " + min + " B to " + max + " B";
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        long bytes;
        try {
            bytes = value.atKey(key).getBytes(key);
        } catch (ConfigException e) {
            throw complaint(path + "." + key, allowed, value, e);
        }
        if (bytes < min || bytes > max) {
            throw complaint(key, allowed, value);
        }
        return bytes;
    }

    /** A whole number from {@code min} to {@code max}. */
    public int integer(String key, int fallback, int min, int max) {
        String allowed = "a whole number from " + min + " to " + max;
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value.unwrapped().toString().strip());
            if (number < min || number > max) {
                throw complaint(key, allowed, value);
            }
            return number;
        } catch (NumberFormatException e) {
            throw complaint(path + "." + key, allowed, value, e);
        }
    }

    /** A number from {@code min} to {@code max}. */
    public double number(String key, double fallback, double min, double max) {
        String allowed = "a number from " + min + " to " + max;
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        try {
            double number = Double.parseDouble(value.unwrapped().toString().strip());
            if (!(number >= min && number <= max)) {
                throw complaint(key, allowed, value);
            }
            return number;
        } catch (NumberFormatException e) {
            throw complaint(path + "." + key, allowed, value, e);
        }
    }

    /** {@code on} or {@code off}, also {@code true}, {@code yes}, {@code false} and {@code no}. */
    public boolean flag(String key, boolean fallback) {
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        try {
            return value.atKey(key).getBoolean(key);
        } catch (ConfigException e) {
            throw complaint(path + "." + key, "on or off", value, e);
        }
    }

    /** A text that {@code parse} understands; its {@link IllegalArgumentException} becomes the complaint. */
    public <T> T text(String key, T fallback, String allowed, Function<String, T> parse) {
        ConfigValue value = value(key);
        return value == null ? fallback : parsed(path + "." + key, allowed, value, parse);
    }

    /** One of the names of an enumeration, in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String key, E fallback) {
        E[] constants = fallback.getDeclaringClass().getEnumConstants();
        String allowed = String.join(" or ", Arrays.stream(constants).map(ConfigSection::name).toList());
        return text(key, fallback, allowed, given -> Arrays.stream(constants)
                .filter(constant -> name(constant).equals(given))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(given)));
    }

    /** A list of texts that {@code parse} understands. */
    public <T> List<T> list(String key, List<T> fallback, String allowed, Function<String, T> parse) {
        ConfigValue value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof ConfigList items)) {
            throw complaint(key, "a list [ … ] of " + allowed, value);
        }
        List<T> result = new ArrayList<>();
        for (ConfigValue item : items) {
            result.add(parsed(path + "." + key, "a list of " + allowed, item, parse));
        }
        return List.copyOf(result);
    }

    /** Refuses keys that no getter has asked for, here and in the sections below. Call it when everything was read. */
    public void finish() {
        for (String key : new TreeSet<>(values.keySet())) {
            if (!known.contains(key)) {
                throw new ConfigurationException(path + "." + key + " is not a configuration key"
                        + where(values.get(key)) + "; " + path + " knows " + String.join(", ", known));
            }
        }
        sections.values().forEach(ConfigSection::finish);
    }

    /** A complaint about a combination of keys of this section. */
    public ConfigurationException contradiction(String sentence) {
        return new ConfigurationException(path + ": " + sentence);
    }

    private ConfigValue value(String key) {
        known.add(key);
        return values.get(key);
    }

    private static <T> T parsed(String whole, String allowed, ConfigValue value, Function<String, T> parse) {
        if (value instanceof ConfigObject || value instanceof ConfigList) {
            throw complaint(whole, allowed, value, null);
        }
        try {
            return parse.apply(value.unwrapped().toString().strip());
        } catch (IllegalArgumentException e) {
            throw complaint(whole, allowed, value, e);
        }
    }

    private ConfigurationException complaint(String key, String allowed, ConfigValue value) {
        return complaint(path + "." + key, allowed, value, null);
    }

    private static ConfigurationException complaint(String whole, String allowed, ConfigValue value, Throwable cause) {
        String found = value instanceof ConfigObject ? "a section" : "\"" + value.unwrapped() + "\"";
        return new ConfigurationException(
                whole + " must be " + allowed + ", not " + found + where(value), cause);
    }

    private static String where(ConfigValue value) {
        return value.origin().lineNumber() < 0 ? "" : " (" + value.origin().description() + ")";
    }

    private static boolean isPlainNumber(ConfigValue value) {
        return value.unwrapped().toString().strip().chars().allMatch(c -> Character.isDigit(c) || c == '.');
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String example(long nanos) {
        return nanos == 0 ? "100 ms" : text(nanos);
    }

    /** In the largest unit that divides it. */
    private static String text(long nanos) {
        if (nanos % 1_000_000_000L == 0) {
            return nanos / 1_000_000_000L + " s";
        }
        return nanos % 1_000_000L == 0 ? nanos / 1_000_000L + " ms" : nanos + " ns";
    }
}

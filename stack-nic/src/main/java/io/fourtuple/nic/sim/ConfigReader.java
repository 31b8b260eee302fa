package io.fourtuple.nic.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One object of the configuration of a simulated network, with what reference.conf has for keys that are missing.
 * Every complaint is an {@link IllegalArgumentException} with one sentence: the whole key, what is allowed, what was
 * found and where.
 */
final class ConfigReader {
    private static final Pattern BANDWIDTH = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([kMGT]?)bit/s");
    private static final Pattern PERCENT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*%");
    private static final String UNLIMITED = "unlimited";
    private static final Map<String, Integer> POWERS_OF_TEN = Map.of("", 0, "k", 3, "M", 6, "G", 9, "T", 12);

    private final String path;
    private final String name;
    private final ConfigObject given;
    private final ConfigObject defaults;

    /**
     * An object.
     *
     * @param path its whole key, for complaints
     * @param name the last part of it
     * @param given what the user wrote
     * @param defaults has all keys with a default
     */
    ConfigReader(String path, String name, ConfigObject given, ConfigObject defaults) {
        this.path = path;
        this.name = name;
        this.given = given;
        this.defaults = defaults;
    }

    /** What reference.conf says about simulated networks. */
    static ConfigObject reference() {
        return ConfigFactory.defaultReference().getConfig(SimulatedNetwork.CONFIG_PATH).root();
    }

    /** A section that stands alone, with the defaults of a kind of thing. */
    static ConfigReader of(String kind, Config config) {
        return new ConfigReader(kind, kind, config.root(), (ConfigObject) reference().get(kind));
    }

    /** The same with other defaults. */
    ConfigReader withDefaults(ConfigObject value) {
        return new ConfigReader(path, name, given, value);
    }

    /** What is written here, and where it is not, the default. */
    ConfigObject merged() {
        return given.withFallback(defaults);
    }

    /** Refuses keys that have no default here or in an object below, apart from these. */
    void refuseOthers(String... more) {
        TreeSet<String> known = new TreeSet<>(defaults.keySet());
        known.addAll(List.of(more));
        for (String key : new TreeSet<>(given.keySet())) {
            if (!known.contains(key)) {
                throw new Complaint(path + "." + key + " is not a configuration key" + where(given.get(key)) + "; "
                        + path + " knows " + String.join(", ", known), null);
            }
            if (defaults.get(key) instanceof ConfigObject) {
                section(key).refuseOthers();
            }
        }
    }

    /** The object at {@code key}, with its defaults. */
    ConfigReader section(String key) {
        ConfigObject ofDefaults =
                defaults.get(key) instanceof ConfigObject object ? object : ConfigFactory.empty().root();
        ConfigValue value = given.get(key);
        if (value == null) {
            return new ConfigReader(path + "." + key, key, ConfigFactory.empty().root(), ofDefaults);
        }
        if (value instanceof ConfigObject object) {
            return new ConfigReader(path + "." + key, key, object, ofDefaults);
        }
        throw complaint(key, "a section { … }", value, null);
    }

    /** The objects in the object at {@code key}, by their names. */
    List<ConfigReader> sections(String key) {
        ConfigReader all = section(key);
        return new TreeSet<>(all.given.keySet()).stream().map(all::section).toList();
    }

    /** The last part of the path. */
    String name() {
        return name;
    }

    /** The objects of the list at {@code key}. */
    List<ConfigReader> objects(String key) {
        List<ConfigReader> found = new ArrayList<>();
        for (ConfigValue item : list(key)) {
            String whole = path + "." + key + "[" + found.size() + "]";
            if (!(item instanceof ConfigObject object)) {
                throw new Complaint(whole + " must be a section { … }, not " + text(item) + where(item), null);
            }
            found.add(new ConfigReader(whole, key, object, ConfigFactory.empty().root()));
        }
        return found;
    }

    private List<ConfigValue> list(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof ConfigList items) {
            return items;
        }
        throw complaint(key, "a list [ … ]", value, null);
    }

    /** The texts of the list at {@code key}. */
    List<String> texts(String key) {
        return list(key).stream().map(item -> text(key, item)).toList();
    }

    /** The lists of texts of the list at {@code key}. */
    List<List<String>> textLists(String key) {
        List<List<String>> found = new ArrayList<>();
        for (ConfigValue item : list(key)) {
            if (!(item instanceof ConfigList items)) {
                throw complaint(key, "a list of lists [ [ … ], … ]", item, null);
            }
            found.add(items.stream().map(each -> text(key, each)).toList());
        }
        return found;
    }

    private String text(String key, ConfigValue value) {
        if (value.valueType() != ConfigValueType.STRING && value.valueType() != ConfigValueType.NUMBER) {
            throw complaint(key, "a list of texts", value, null);
        }
        return value.unwrapped().toString();
    }

    /** All keys that are written here, with the texts at them. */
    Map<String, String> textsByKey() {
        Map<String, String> texts = new TreeMap<>();
        given.forEach((key, value) -> texts.put(key, text(key, value)));
        return texts;
    }

    Duration duration(String key) {
        return parsed(key, "a duration with a unit, such as 50 ms", value -> {
            if (value.chars().allMatch(c -> Character.isDigit(c) || c == '.')) {
                throw new IllegalArgumentException("no unit");
            }
            return value(key).atKey(key).getDuration(key);
        });
    }

    /** Bits per second. */
    long bandwidth(String key) {
        return parsed(key, "a bandwidth such as 10 Mbit/s, or unlimited", value -> {
            Matcher matcher = BANDWIDTH.matcher(value);
            if (value.equals(UNLIMITED)) {
                return LinkConfig.UNLIMITED;
            }
            if (!matcher.matches()) {
                throw new IllegalArgumentException(value);
            }
            long bits = new BigDecimal(matcher.group(1))
                    .scaleByPowerOfTen(POWERS_OF_TEN.get(matcher.group(2)))
                    .longValueExact();
            if (bits == 0) {
                throw new IllegalArgumentException(value);
            }
            return bits;
        });
    }

    /** Octets; {@code unlimited} is the largest number. */
    int bytes(String key) {
        return parsed(key, "a size such as 64 KiB, or unlimited", value -> value.equals(UNLIMITED)
                ? Integer.MAX_VALUE
                : Math.toIntExact(value(key).atKey(key).getBytes(key)));
    }

    /** From 0 to 1. */
    double probability(String key) {
        return parsed(key, "a number from 0 to 1 or a percentage such as 0.5 %", value -> {
            Matcher percent = PERCENT.matcher(value);
            double number = percent.matches() ? Double.parseDouble(percent.group(1)) / 100 : Double.parseDouble(value);
            if (!(number >= 0 && number <= 1)) {
                throw new IllegalArgumentException(value);
            }
            return number;
        });
    }

    int integer(String key) {
        return parsed(key, "a whole number", Integer::parseInt);
    }

    boolean flag(String key) {
        return parsed(key, "on or off", value -> value(key).atKey(key).getBoolean(key));
    }

    /** One of some names. */
    String choice(String key, String... names) {
        return parsed(key, String.join(" or ", names), value -> {
            if (!List.of(names).contains(value)) {
                throw new IllegalArgumentException(value);
            }
            return value;
        });
    }

    /** What is made of this object; what makes no sense in it is said with its key. */
    <T> T make(Supplier<T> maker) {
        try {
            return maker.get();
        } catch (Complaint e) {
            throw e;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new Complaint(path + ": " + e.getMessage() + where(given), e);
        }
    }

    private ConfigValue value(String key) {
        ConfigValue value = given.get(key);
        return value != null ? value : defaults.get(key);
    }

    private <T> T parsed(String key, String allowed, Function<String, T> parse) {
        ConfigValue value = value(key);
        if (value == null || value instanceof ConfigObject || value instanceof ConfigList) {
            throw complaint(key, allowed, value, null);
        }
        try {
            return parse.apply(value.unwrapped().toString().strip());
        } catch (ConfigException | IllegalArgumentException | ArithmeticException e) {
            throw complaint(key, allowed, value, e);
        }
    }

    private Complaint complaint(String key, String allowed, ConfigValue found, Throwable cause) {
        return new Complaint(path + "." + key + " must be " + allowed + ", not "
                + (found == null ? "missing" : text(found) + where(found)), cause);
    }

    private static String text(ConfigValue value) {
        return switch (value) {
            case ConfigObject _ -> "a section";
            case ConfigList _ -> "a list";
            default -> "\"" + value.unwrapped() + "\"";
        };
    }

    private static String where(ConfigValue value) {
        return value.origin().lineNumber() < 0 ? "" : " (" + value.origin().description() + ")";
    }

    /** A sentence that has its key already. */
    private static final class Complaint extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Complaint(String message, Throwable cause) {
            super(message, cause);
        }
    }
}

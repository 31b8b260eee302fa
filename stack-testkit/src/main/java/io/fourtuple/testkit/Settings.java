package io.fourtuple.testkit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What is to be done for a test: its annotation, and what the configuration parameters of JUnit or the system
 * properties say instead.
 *
 * @param seed of the first run
 * @param runs how many seeds there are, from 1
 * @param annotation the rest
 * @param journal of the first run, when this is the second one
 */
record Settings(long seed, int runs, Simulated annotation, Optional<Path> journal) {
    /** The seed of the one run that is to be done. */
    static final String SEED = "fourtuple.simulation.seed";
    /** How many seeds. */
    static final String RUNS = "fourtuple.simulation.runs";
    /** The directory of the captures. */
    static final String CAPTURES = "fourtuple.simulation.captures";
    /** Set in the second run of a test that is verified. */
    static final String JOURNAL = "fourtuple.simulation.journal";

    static final int MAX_RUNS = 1_000_000;

    static Settings of(ExtensionContext context) {
        Simulated annotation = annotation(context);
        Optional<Long> given = parameter(context, SEED, Long::valueOf);
        int runs = parameter(context, RUNS, Integer::valueOf).orElse(annotation.runs());
        if (runs < 1 || runs > MAX_RUNS) {
            throw new ExtensionConfigurationException(
                    "the runs of a simulated test must be 1 to " + MAX_RUNS + ", are " + runs);
        }
        return new Settings(
                given.orElseGet(() -> annotation.seed() == Simulated.BY_NAME ? seedOfName(context) : annotation.seed()),
                given.isPresent() ? 1 : runs,
                annotation,
                context.getConfigurationParameter(JOURNAL).map(Path::of));
    }

    private static <T> Optional<T> parameter(ExtensionContext context, String name, Function<String, T> parse) {
        return context.getConfigurationParameter(name).map(text -> {
            try {
                return parse.apply(text.strip());
            } catch (NumberFormatException e) {
                throw new ExtensionConfigurationException(name + " must be a whole number, is \"" + text + "\"", e);
            }
        });
    }

    private static Simulated annotation(ExtensionContext context) {
        Optional<Simulated> found = AnnotationSupport.findAnnotation(context.getTestMethod(), Simulated.class);
        for (Class<?> type = context.getRequiredTestClass(); found.isEmpty() && type != null;
                type = type.getEnclosingClass()) {
            found = AnnotationSupport.findAnnotation(type, Simulated.class);
        }
        return found.orElseThrow(() -> new ExtensionConfigurationException("put @Simulated on the test or its class,"
                + " rather than to register " + SimulationExtension.class.getSimpleName()));
    }

    /** Not of the unique id, which depends on what runs the test; positive and short, because people will type it. */
    private static long seedOfName(ExtensionContext context) {
        CRC32C hash = new CRC32C();
        hash.update(nameOf(context).getBytes(StandardCharsets.UTF_8));
        return hash.getValue();
    }

    private static String nameOf(ExtensionContext context) {
        return context.getRequiredTestClass().getName() + "#" + context.getRequiredTestMethod().getName()
                + Arrays.stream(context.getRequiredTestMethod().getParameterTypes())
                        .map(Class::getName).collect(Collectors.joining(",", "(", ")"));
    }

    /** Where captures are left: as configured, else where builds put what they make, else where temporary files are. */
    static Path captures(ExtensionContext context) {
        return context.getConfigurationParameter(CAPTURES).map(Path::of).orElseGet(() -> Stream.of("target", "build")
                .map(Path::of)
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of(System.getProperty("java.io.tmpdir")))
                .resolve("simulations"));
    }
}

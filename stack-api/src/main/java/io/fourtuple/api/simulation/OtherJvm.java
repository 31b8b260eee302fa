package io.fourtuple.api.simulation;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/**
 * A JVM that can do what this one can, and differs from it in what a simulated program must not depend on: hash codes
 * of objects, number of processors, time zone, locale, character set. The salt of {@code Set.of} and {@code Map.of}
 * differs in any case.
 */
final class OtherJvm {
    /** How HotSpot makes the hash code of an object: 0 a random number of all threads, 3 a sequence; 5 the default. */
    private static final String HASH_CODE = "-XX:hashCode=";
    /** Agents may listen on a port or write to a file that is already in use. */
    private static final List<String> NOT_TAKEN_OVER = List.of(
            "-javaagent:", "-agentlib:", "-agentpath:", "-Xrun", "-Xdebug", "-Xlog", "-XX:StartFlightRecording",
            "-XX:FlightRecorderOptions", "-XX:AOT", "-XX:ArchiveClassesAtExit");
    /** Properties that the JVM sets, or that belong to whoever forked this one for its tests. */
    private static final List<String> OWN_PROPERTIES = List.of(
            "java.", "jdk.", "sun.", "com.sun.", "os.", "user.", "file.", "line.", "path.", "native.", "stdout.",
            "stderr.", "stdin.", "surefire.");

    private OtherJvm() {}

    /**
     * Runs a class.
     *
     * @param directory for a file that is needed until it has ended
     * @throws IOException when that file cannot be written
     */
    static ProcessBuilder of(Class<?> main, List<String> arguments, Path directory) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        List<String> taken = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> NOT_TAKEN_OVER.stream().noneMatch(argument::startsWith))
                .toList();
        command.addAll(taken);
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> OWN_PROPERTIES.stream().noneMatch(name::startsWith))
                .sorted()
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        // The last one of each counts.
        command.addAll(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+UnlockExperimentalVMOptions",
                HASH_CODE + (taken.contains(HASH_CODE + "3") ? "0" : "3"),
                "-XX:ActiveProcessorCount=" + (Runtime.getRuntime().availableProcessors() == 1 ? 2 : 1),
                "-Duser.timezone=" + (isKathmandu() ? "America/St_Johns" : "Asia/Kathmandu"),
                "-Dfile.encoding=" + charset(),
                // Where i in capitals is not I, and 0.5 is written 0,5.
                "-Duser.language=" + (isTurkish() ? "en" : "tr"),
                "-Duser.country=" + (isTurkish() ? "US" : "TR"),
                "@" + classPath(directory)));
        command.add(main.getName());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** What it writes text in. */
    static Charset charset() {
        return Charset.defaultCharset().equals(StandardCharsets.ISO_8859_1)
                ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    }

    private static boolean isKathmandu() {
        return TimeZone.getDefault().getID().equals("Asia/Kathmandu");
    }

    private static boolean isTurkish() {
        return Locale.getDefault().getLanguage().equals("tr");
    }

    /** In a file, because one argument of a process may have 128 KiB at most. */
    private static Path classPath(Path directory) throws IOException {
        StringBuilder absolute = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            absolute.append(absolute.isEmpty() ? "" : File.pathSeparator).append(Path.of(entry).toAbsolutePath());
        }
        String quoted = absolute.toString().replace("\\", "\\\\").replace("\"", "\\\"");
        return Files.writeString(directory.resolve("class-path"), "-cp \"" + quoted + "\"",
                Charset.forName(System.getProperty("native.encoding")));
    }
}

package io.fourtuple.samples.conformance;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What one test method says that it tests. */
sealed interface Claim {
    /** The method. */
    TestMethod method();

    /** A rule of an RFC. */
    record OfRule(TestMethod method, int rfc, String rule) implements Claim {}

    /** An attack. */
    record OfAttack(TestMethod method, int attack) implements Claim {}

    /**
     * A method.
     *
     * @param source its file, from the root of the project
     * @param type its class, without package
     * @param isTest whether JUnit or jqwik calls it
     */
    record TestMethod(String source, String type, String name, boolean isTest) {}

    /** Class and method. */
    default String name() {
        return method().type() + "." + method().name();
    }

    /** Whether JUnit or jqwik calls the method. */
    default boolean isTest() {
        return method().isTest();
    }

    /**
     * All claims in the compiled tests of those modules that have any.
     *
     * @param root of the project
     * @throws IllegalStateException when a module is not compiled
     */
    static List<Claim> read(Path root) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (String module : List.of("stack-core", "stack-nic", "stack-api", "samples")) { // what samples are built on
            Path folder = root.resolve(module).resolve("target/test-classes");
            if (!Files.isDirectory(folder)) {
                throw new IllegalStateException(folder + " is missing: mvn test-compile makes it");
            }
            folders.add(folder);
        }
        JavaClasses classes = new ClassFileImporter().importPaths(folders);
        return classes.stream().flatMap(type -> type.getMethods().stream()).flatMap(method -> claims(root, method))
                .sorted(Comparator.comparing(Claim::name).thenComparing(Claim::toString)).toList();
    }

    private static Stream<Claim> claims(Path root, JavaMethod method) {
        return method.getAnnotations().stream().flatMap(annotation -> switch (annotation.getRawType().getName()) {
            case "io.fourtuple.core.conformance.Rfc" -> rules(root, method, annotation);
            case "io.fourtuple.core.conformance.Rfc$All" -> Stream.of((Object[]) annotation.get("value").orElseThrow())
                    .flatMap(each -> rules(root, method, (JavaAnnotation<?>) each));
            case "io.fourtuple.core.conformance.Attack" -> Stream.of(numbers(annotation.get("value").orElseThrow()))
                    .map(number -> new OfAttack(of(root, method), number));
            default -> Stream.empty();
        });
    }

    private static Stream<Claim> rules(Path root, JavaMethod method, JavaAnnotation<?> rfc) {
        int number = (Integer) rfc.get("number").orElseThrow();
        return Stream.of((Object[]) rfc.get("rules").orElseThrow())
                .map(rule -> new OfRule(of(root, method), number, (String) rule));
    }

    private static Integer[] numbers(Object value) {
        return switch (value) {
            case Integer[] boxed -> boxed;
            case int[] plain -> Arrays.stream(plain).boxed().toArray(Integer[]::new);
            default -> throw new IllegalStateException("not a list of numbers: " + value);
        };
    }

    private static TestMethod of(Path root, JavaMethod method) {
        String type = method.getOwner().getName();
        String outermost = type.replaceFirst("\\$.*", "");
        String file = method.getOwner().getSource().orElseThrow().getUri().getPath();
        Path module = Path.of(file.substring(0, file.indexOf("/target/test-classes/")));
        Path source = module.resolve("src/test/java").resolve(outermost.replace('.', '/') + ".java");
        String shown = root.toAbsolutePath().normalize().relativize(source).toString().replace('\\', '/');
        boolean isTest = method.getAnnotations().stream().anyMatch(annotation -> TESTS.contains(
                annotation.getRawType().getSimpleName()));
        return new TestMethod(shown, outermost.substring(outermost.lastIndexOf('.') + 1), method.getName(), isTest);
    }

    /** What marks a test. */
    Set<String> TESTS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "Property", "Example", "Simulated");
}

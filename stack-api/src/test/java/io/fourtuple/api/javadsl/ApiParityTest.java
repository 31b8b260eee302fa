package io.fourtuple.api.javadsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that uses Pekko's Tcp compiles against ours when one import is changed. */
class ApiParityTest {
    private static final String PEKKO = "org.apache.pekko.stream.javadsl.Tcp";
    private static final String OURS = "io.fourtuple.api.javadsl.Tcp";

    @ParameterizedTest
    @CsvSource({"''", "$ServerBinding", "$IncomingConnection", "$OutgoingConnection"})
    void shouldHaveEveryPublicMethodOfPekkos(String nested) throws ClassNotFoundException {
        assertThat(signatures(Class.forName(OURS + nested))).containsAll(signatures(Class.forName(PEKKO + nested)));
    }

    @Test
    void shouldSeeThatAMethodIsMissing() {
        assertThat(signatures(Object.class)).doesNotContainAnyElementsOf(signatures(Tcp.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {PEKKO, OURS})
    void shouldCompileTheSameSource(String tcp, @TempDir Path classes) throws IOException {
        String source;
        try (InputStream in = ApiParityTest.class.getResourceAsStream("/parity/WholeApi.java.txt")) {
            source = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(compile(source.replace("import " + PEKKO + ";", "import " + tcp + ";"), classes)).isEmpty();
    }

    @Test
    void shouldSeeThatASourceDoesNotCompile(@TempDir Path classes) throws IOException {
        assertThat(compile("class WholeApi { " + OURS + ".NoSuchType field; }", classes)).contains("NoSuchType");
    }

    private static String compile(String source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///WholeApi.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter complaints = new StringWriter();
        List<String> options = List.of(
                "-proc:none", "-nowarn", "-Xlint:none", "-d", classes.toString(),
                "-classpath", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(complaints, null, null, options, null, List.of(file)).call();
        return compiled ? "" : complaints.toString();
    }

    private static Set<String> signatures(Class<?> type) {
        return methods(type).stream().map(ApiParityTest::signature).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without what the compilers add. */
    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !method.isSynthetic() && !method.getName().contains("$"))
                .toList();
    }

    private static String signature(Method method) {
        return (Modifier.isStatic(method.getModifiers()) ? "static " : "")
                + name(method.getGenericReturnType())
                + " "
                + method.getName()
                + Arrays.stream(method.getGenericParameterTypes())
                        .map(ApiParityTest::name)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    /** The two Tcp classes have one name here, and type variables are known by their position. */
    private static String name(Type type) {
        return switch (type) {
            case Class<?> c when c.getName().equals(PEKKO + "$") ->
                    "org.apache.pekko.actor.ExtensionId<Tcp>"; // a Scala object, which only is used as that
            case Class<?> c -> c.getName().replace(PEKKO, "Tcp").replace(OURS, "Tcp");
            case ParameterizedType p -> name(p.getRawType())
                    + Arrays.stream(p.getActualTypeArguments())
                            .map(ApiParityTest::name)
                            .collect(Collectors.joining(", ", "<", ">"));
            case TypeVariable<?> v -> "#" + List.of(v.getGenericDeclaration().getTypeParameters()).indexOf(v);
            case WildcardType w -> w.toString();
            case GenericArrayType a -> name(a.getGenericComponentType()) + "[]";
            default -> throw new IllegalArgumentException(type.toString());
        };
    }
}

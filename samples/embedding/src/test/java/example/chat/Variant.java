package example.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.javadsl.Tcp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * The chat server as it stands in the source directory, and the same with its one import exchanged: what it was before
 * it moved.
 */
enum Variant {
    PEKKO("org.apache.pekko.stream.javadsl.Tcp", "application.conf") {
        @Override
        Flow<ByteString, ByteString, ?> connection(ActorSystem<?> system, InetSocketAddress to) {
            return org.apache.pekko.stream.javadsl.Tcp.get(system)
                    .outgoingConnection(to.getHostString(), to.getPort());
        }
    },
    FOURTUPLE("io.fourtuple.api.javadsl.Tcp", "fourtuple.conf") {
        /** From the stack to itself: no device, no privilege, and TCP all the same. */
        @Override
        Flow<ByteString, ByteString, ?> connection(ActorSystem<?> system, InetSocketAddress to) {
            return Tcp.get(system).outgoingConnection(to.getHostString(), to.getPort());
        }
    };

    /** The line in question. */
    static final String IMPORT = "import io.fourtuple.api.javadsl.Tcp;\n";

    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path SOURCES = MODULE.resolve("src/main/java/example/chat");
    private static final Path CONFIGURATIONS = MODULE.resolve("src/main/resources");
    /** What a test changes: no TAP, which needs a privilege, and a port that is free. */
    private static final Config HERE = ConfigFactory.parseString("fourtuple.stack.nic = memory, chat.port = 0");

    private final String tcp;
    private final String configuration;

    Variant(String tcp, String configuration) {
        this.tcp = tcp;
        this.configuration = configuration;
    }

    /** A client's connection. */
    abstract Flow<ByteString, ByteString, ?> connection(ActorSystem<?> system, InetSocketAddress to);

    /** The sources of the application, by file name. */
    static List<Path> sources() {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compiles the application with the import of this variant, and starts it.
     *
     * @param directory an empty one
     */
    RunningChat start(Path directory) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-d", directory.resolve("classes").toString(),
                "-cp", System.getProperty("java.class.path"),
                "-nowarn"));
        for (Path source : sources()) {
            Path edited = directory.resolve(source.getFileName());
            Files.writeString(edited, Files.readString(source).replace(IMPORT, "import " + tcp + ";\n"));
            arguments.add(edited.toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        Config config = ConfigFactory.load(HERE.withFallback(
                ConfigFactory.parseFile(CONFIGURATIONS.resolve(configuration).toFile())));
        // Reflection, since this ChatServer is another class than the one that the tests are compiled with.
        Class<?> server = new Edited(directory.resolve("classes")).loadClass("example.chat.ChatServer");
        Object running = server.getMethod("start", Config.class).invoke(null, config);
        ActorSystem<?> system = (ActorSystem<?>) running.getClass().getMethod("system").invoke(running);
        CompletionStage<?> listening =
                (CompletionStage<?>) running.getClass().getMethod("listening").invoke(running);
        InetSocketAddress address =
                (InetSocketAddress) listening.toCompletableFuture().get(RunningChat.SECONDS, TimeUnit.SECONDS);
        return new RunningChat(this, system, address);
    }

    /** Prefers its own classes of the application to those of the class path. */
    private static final class Edited extends URLClassLoader {
        private Edited(Path classes) throws IOException {
            super(new URL[] {classes.toUri().toURL()}, Edited.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("example.chat.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}

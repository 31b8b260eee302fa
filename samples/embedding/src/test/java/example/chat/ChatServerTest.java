package example.chat;

import static org.assertj.core.api.Assertions.assertThat;

import example.chat.RunningChat.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same application, but for one import and a HOCON block, behaves the same on Pekko's Tcp and on a stack. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ChatServerTest {
    @TempDir
    private Path directory;

    private RunningChat start(Variant variant) throws Exception {
        return variant.start(Files.createDirectory(directory.resolve(variant.name())));
    }

    @Test
    void shouldNameFourtupleInOneImportOnly() throws IOException {
        List<String> mentions = new ArrayList<>();
        for (Path source : Variant.sources()) {
            Files.readAllLines(source).stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).contains("fourtuple"))
                    .forEach(mentions::add);
        }

        assertThat(mentions).containsExactly(Variant.IMPORT.strip());
    }

    @Test
    void shouldHoldTheSameConversationOnPekkosTcpAndOnOurs() throws Exception {
        List<String> onPekko = conversation(Variant.PEKKO);
        List<String> onFourtuple = conversation(Variant.FOURTUPLE);

        assertThat(onFourtuple).isEqualTo(onPekko);
        assertThat(onFourtuple)
                .contains("ann < * bob joined", "cat < bob: gr\u00fc\u00dfe", "ann < cat: three")
                .contains("bob < Bye.", "bob < <end>", "ann < * cat left", "ann < * dan left", "eve < <broken>")
                .contains("fay < fay: last words", "fay < <end>", "ann < * fay left")
                .hasSize(67);
    }

    private List<String> conversation(Variant variant) throws Exception {
        try (RunningChat chat = start(variant)) {
            Client ann = chat.join("ann");

            Client bob = chat.connect("bob");
            bob.read();
            for (String name : new String[] {"ann", "not/a/name", "bob"}) {
                bob.type(name);
                bob.read();
            }
            ann.read();
            Client cat = chat.join("cat");
            read(ann, bob);

            ann.type("hello everybody");
            read(ann, bob, cat);
            bob.type("gr\u00fc\u00dfe");
            read(ann, bob, cat);
            cat.type("/who");
            cat.read();

            // Lines are lines, however they are cut.
            cat.typeRaw("one\ntwo\r\nthr");
            read(ann, ann, bob, bob, cat, cat);
            cat.typeRaw("ee\n\n");
            read(ann, bob, cat);

            bob.type("/quit");
            read(bob, bob, ann, cat);
            cat.finish();
            read(cat, ann);

            Client dan = chat.join("dan");
            ann.read();
            dan.kill();
            ann.read();

            Client eve = chat.join("eve");
            ann.read();
            eve.type("x".repeat(600));
            read(eve, ann);

            Client fay = chat.connect("fay");
            fay.read();
            fay.typeRaw("fay\nlast words\n");
            fay.finish();
            read(fay, fay, fay, ann, ann, ann);
            return chat.transcript();
        }
    }

    private static void read(Client... clients) throws Exception {
        for (Client client : clients) {
            client.read();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCutOffWhoReadsTooSlowlyAndHoldUpNobody(Variant variant) throws Exception {
        try (RunningChat chat = start(variant)) {
            Client slow = chat.join("slow");
            Client ann = chat.join("ann");
            Client bob = chat.join("bob");
            assertThat(ann.next()).isEqualTo("* bob joined");

            int rounds = 0;
            boolean cutOff = false;
            while (!cutOff && rounds < 2000) {
                String line = rounds++ + "x".repeat(480);
                ann.send((line + "\n").repeat(50));
                boolean toldAnn = readsAll(ann, line);
                cutOff = readsAll(bob, line) || toldAnn;
            }

            assertThat(cutOff).isTrue();
            String last;
            do {
                last = slow.next();
            } while (last.startsWith("ann: ") || last.startsWith("* "));
            assertThat(last).isEqualTo("<broken>");
        }
    }

    /** Reads a line of ann's fifty times. Whether there was one about the slow reader between them. */
    private static boolean readsAll(Client client, String line) throws Exception {
        boolean cutOff = false;
        for (int i = 0; i < 50; i++) {
            String next = client.next();
            if (next.equals("* slow reads too slowly")) {
                cutOff = true;
                next = client.next();
            }
            assertThat(next).isEqualTo("ann: " + line);
        }
        return cutOff;
    }
}

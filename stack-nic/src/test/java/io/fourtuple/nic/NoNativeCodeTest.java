package io.fourtuple.nic;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fourtuple.core.ip.TransmitOffload;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** The memory wire, the loop and the NIC actor run with no JVM flag and without native code. */
class NoNativeCodeTest {
    @Test
    void shouldKeepNativeCodeWhereItIsNeeded() {
        JavaClasses all = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.fourtuple.nic");
        noClasses().that().resideInAnyPackage("io.fourtuple.nic", "io.fourtuple.nic.pcapng")
                .should().dependOnClassesThat().resideInAnyPackage("java.lang.foreign", "io.fourtuple.nic.sys..",
                        "io.fourtuple.nic.tap..", "io.fourtuple.nic.packet..").check(all);
        classes().that().resideInAPackage("io.fourtuple.nic.loop").and().haveNameNotMatching(".*\\.Epoll.*")
                .should().onlyDependOnClassesThat().resideOutsideOfPackages("java.lang.foreign",
                        "io.fourtuple.nic.sys..").check(all);
    }

    @Test
    void shouldRunActorsOverAMemoryWireWithoutAnyFlag() {
        NetworkNamespace.Outcome outcome = NetworkNamespace.await(NetworkNamespace.launch(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--illegal-native-access=deny",
                "-Xlog:class+load", "-cp", System.getProperty("java.class.path"), OneFrame.class.getName())));

        assertThat(outcome.status()).as(outcome.text()).isZero();
        assertThat(outcome.text()).contains("io.fourtuple.nic.MemoryNic").doesNotContain("io.fourtuple.nic.sys")
                .doesNotContain("io.fourtuple.nic.loop.EpollWaiter");
        // The JVM complains about Pekko, which nobody can help here; it must have nothing to say about us.
        assertThat(outcome.text().lines().filter(line -> line.startsWith("WARNING") && line.contains("called by")))
                .allMatch(line -> line.contains("called by org.apache.pekko."));
    }

    /** Sends one frame over a memory wire to an actor. */
    static final class OneFrame {
        private OneFrame() {}

        public static void main(String[] arguments) throws InterruptedException {
            DispatcherSelector onLoop = DispatcherSelector.fromConfig("fourtuple.loop-dispatcher");
            ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "one");
            CountDownLatch got = new CountDownLatch(1);
            ActorRef<NicActor.FrameBatch> stack = system.systemActorOf(Behaviors.receiveMessage(_ -> {
                got.countDown();
                return Behaviors.same();
            }), "stack", onLoop);
            MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
            system.systemActorOf(NicActor.create(wire.right(), stack), "nic", onLoop);
            wire.left().sink().frame();
            wire.left().sink().transmit(60, new TransmitOffload());
            got.await();
            system.terminate();
        }
    }
}

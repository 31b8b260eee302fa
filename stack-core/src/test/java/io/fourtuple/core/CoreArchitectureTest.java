package io.fourtuple.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.module.ModuleFinder;
import java.util.Set;

/** What stack-core may use: data in, data out. Time and randomness are arguments; somebody else does the I/O. */
@AnalyzeClasses(packages = "io.fourtuple.core", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTest {
    private static final Set<String> JAVA_BASE =
            ModuleFinder.ofSystem().find("java.base").orElseThrow().descriptor().packages();

    private static final Set<String> CLOCKS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.LocalDate.now",
            "java.time.LocalTime.now");

    private static final Set<String> UNSEEDED = Set.of(
            "java.lang.Math.random",
            "java.util.UUID.randomUUID",
            "java.util.Collections.shuffle",
            "java.util.random.RandomGenerator.getDefault",
            "java.util.random.RandomGenerator.of");

    private static final Set<String> INEXACT = Set.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1", "log",
            "log10", "log1p", "pow", "cbrt", "hypot");

    private static final Set<String> LOOK_UP_ONLY = Set.of("NeighborCache", "Reassembly");

    @ArchTest
    static final ArchRule shouldDependOnJavaBaseOnly = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.fourtuple.core..").or(describe(
                    "are of java.base", type -> type.isPrimitive() || isOfJavaBase(type.getBaseComponentType()))));

    @ArchTest
    static final ArchRule shouldHaveNoThreadAndNoTimer = noClasses()
            .should()
            .dependOnClassesThat(assignableTo(Thread.class)
                    .or(assignableTo("java.util.Timer"))
                    .or(assignableTo("java.util.concurrent.Executor"))
                    .or(assignableTo("java.util.concurrent.CompletionStage"))
                    .or(assignableTo("java.util.concurrent.locks.LockSupport"))
                    .or(assignableTo("java.util.concurrent.locks.Lock"))
                    .or(assignableTo(ThreadLocal.class)));

    @ArchTest
    static final ArchRule shouldDoNoInputOrOutput = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.io..", "java.nio.channels..", "java.nio.file..", "java.lang.foreign..", "javax.net..")
                    .and(describe("are no serialization", type -> !type.isEquivalentTo(java.io.Serializable.class)))
                    .or(assignableTo("java.net.Socket"))
                    .or(assignableTo("java.net.ServerSocket"))
                    .or(assignableTo("java.net.DatagramSocket"))
                    .or(assignableTo("java.net.NetworkInterface"))
                    .or(assignableTo("java.net.URLConnection")));

    @ArchTest
    static final ArchRule shouldReadNoClock = noClasses()
            .should()
            .callMethodWhere(describe("read a clock", call -> CLOCKS.contains(nameOf(call))))
            .orShould()
            .dependOnClassesThat(assignableTo("java.time.Clock"));

    @ArchTest
    static final ArchRule shouldDrawNothingUnseeded = noClasses()
            .should()
            .callMethodWhere(describe("draw without a seed", call -> UNSEEDED.contains(nameOf(call))))
            .orShould()
            .callConstructorWhere(unseededConstructor())
            .orShould()
            .dependOnClassesThat(assignableTo("java.security.SecureRandom")
                    .or(assignableTo("java.util.concurrent.ThreadLocalRandom")));

    /** What {@link Math} gives may differ in the last bit from one JVM to another; {@link StrictMath} does not. */
    @ArchTest
    static final ArchRule shouldComputeTheSameEverywhere = noClasses()
            .should()
            .accessTargetWhere(describe("compute in Math what may differ", access ->
                    access.getTargetOwner().isEquivalentTo(Math.class) && INEXACT.contains(access.getName())));

    /** Who looks keys up in one may, but its order is that of hashes, and no two runs need have the same. */
    @ArchTest
    static final ArchRule shouldHaveNoOrderOfHashes = noClasses()
            .that(describe("never look at all entries", type -> !LOOK_UP_ONLY.contains(type.getSimpleName())))
            .should()
            .accessTargetWhere(describe("make a collection in the order of hashes", access ->
                    isHashed(access.getTargetOwner().getName(), access.getName())));

    private static boolean isHashed(String owner, String member) {
        return switch (owner) {
            case "java.util.HashMap", "java.util.HashSet", "java.util.IdentityHashMap", "java.util.WeakHashMap",
                    "java.util.concurrent.ConcurrentHashMap" -> member.equals("<init>");
            case "java.util.Set", "java.util.Map" -> member.equals("of") || member.equals("copyOf")
                    || member.equals("ofEntries");
            case "java.util.stream.Collectors" -> member.matches("to.*(Set|Map)|groupingBy.*");
            default -> false;
        };
    }

    @ArchTest
    static final ArchRule shouldResolveNoNames = noClasses()
            .should()
            .callMethodWhere(describe("resolve a name", call -> Set.of(
                            "java.net.InetAddress.getByName",
                            "java.net.InetAddress.getAllByName",
                            "java.net.InetAddress.getLocalHost",
                            "java.net.InetAddress.getHostName",
                            "java.net.InetAddress.getCanonicalHostName")
                    .contains(nameOf(call))));

    @ArchTest
    static final ArchRule shouldHaveNoCyclesBetweenPackages =
            slices().matching("io.fourtuple.core.(*)..").should().beFreeOfCycles();

    private static DescribedPredicate<JavaConstructorCall> unseededConstructor() {
        return describe("make a generator without a seed", call ->
                call.getTargetOwner().isAssignableTo("java.util.random.RandomGenerator")
                        && call.getTarget().getRawParameterTypes().isEmpty());
    }

    private static String nameOf(JavaMethodCall call) {
        return call.getTargetOwner().getName() + "." + call.getName();
    }

    private static boolean isOfJavaBase(JavaClass type) {
        return type.isPrimitive() || JAVA_BASE.contains(type.getPackageName());
    }
}

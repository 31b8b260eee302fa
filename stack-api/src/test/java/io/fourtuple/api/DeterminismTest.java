package io.fourtuple.api;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** What would make two runs with the same seed differ; stack-core has rules of its own. */
@AnalyzeClasses(
        packages = {"io.fourtuple.nic", "io.fourtuple.api"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class DeterminismTest {
    /** Where a stack starts that is no simulation: secrets, and the address of a device. */
    private static final Set<String> MAY_DRAW =
            Set.of("io.fourtuple.api.Stack", "io.fourtuple.api.config.NicSettings");

    /** Run simulations from outside: on as many threads as there are processors, and in a JVM that is different. */
    private static final Set<String> KNOW_THE_MACHINE =
            Set.of("io.fourtuple.api.simulation.OtherJvm", "io.fourtuple.api.simulation.SeedSearch");

    /** Look keys up and never look at all entries, or only count them. */
    private static final Set<String> LOOK_UP_ONLY = Set.of(
            "io.fourtuple.nic.loop.EpollWaiter",
            "io.fourtuple.nic.loop.VirtualTime",
            "io.fourtuple.nic.sim.ConfigReader", // powers of ten
            "io.fourtuple.api.simulation.Simulation", // a map of one entry
            "io.fourtuple.api.StackNames",
            "io.fourtuple.api.actor.SourceLimits",
            "io.fourtuple.api.actor.FailureReports"); // options of an open file

    private static final Set<String> INEXACT = Set.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1", "log",
            "log10", "log1p", "pow", "cbrt", "hypot");

    @ArchTest
    static final ArchRule shouldDrawNothingUnseeded = noClasses()
            .that(describe("are given their generator", type -> !MAY_DRAW.contains(type.getName())))
            .should()
            .accessTargetWhere(describe("draw without a seed", DeterminismTest::isUnseeded));

    @ArchTest
    static final ArchRule shouldHaveNoOrderOfHashes = noClasses()
            .that(describe("look at all entries", type -> !LOOK_UP_ONLY.contains(type.getName())))
            .should()
            .accessTargetWhere(describe("make a collection in the order of hashes", DeterminismTest::isHashed));

    @ArchTest
    static final ArchRule shouldComputeTheSameEverywhere = noClasses()
            .should()
            .accessTargetWhere(describe("compute in Math what may differ", access ->
                    access.getTargetOwner().isEquivalentTo(Math.class) && INEXACT.contains(access.getName())));

    @ArchTest
    static final ArchRule shouldNotDependOnTheMachine = noClasses()
            .that(describe("are part of a simulation", type -> !KNOW_THE_MACHINE.contains(type.getName())))
            .should()
            .accessTargetWhere(describe("ask for processors, language or time zone", access ->
                    switch (access.getTargetOwner().getName() + "." + access.getName()) {
                        case "java.lang.Runtime.availableProcessors", "java.util.Locale.getDefault",
                                "java.time.ZoneId.systemDefault", "java.util.TimeZone.getDefault",
                                "java.nio.charset.Charset.defaultCharset" -> true;
                        default -> false;
                    }));

    private static boolean isUnseeded(JavaAccess<?> access) {
        String target = access.getTargetOwner().getName() + "." + access.getName();
        boolean newGenerator = access.getTargetOwner().isAssignableTo("java.util.random.RandomGenerator")
                && access.getTarget().getFullName().endsWith("<init>()");
        return newGenerator || switch (target) {
            case "java.lang.Math.random", "java.util.UUID.randomUUID", "java.util.Collections.shuffle",
                    "java.util.random.RandomGenerator.getDefault", "java.util.random.RandomGenerator.of",
                    "java.util.concurrent.ThreadLocalRandom.current" -> true;
            default -> false;
        };
    }

    private static boolean isHashed(JavaAccess<?> access) {
        String member = access.getName();
        return switch (access.getTargetOwner().getName()) {
            case "java.util.HashMap", "java.util.HashSet", "java.util.IdentityHashMap", "java.util.WeakHashMap",
                    "java.util.concurrent.ConcurrentHashMap" -> member.equals("<init>");
            case "java.util.Set", "java.util.Map" -> member.equals("of") || member.equals("copyOf")
                    || member.equals("ofEntries");
            case "java.util.stream.Collectors" -> member.matches("to.*(Set|Map)|groupingBy.*");
            default -> false;
        };
    }
}

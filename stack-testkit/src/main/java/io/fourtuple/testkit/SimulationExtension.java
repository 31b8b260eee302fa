package io.fourtuple.testkit;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.SimulatedNetwork;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * What {@link Simulated} does. It keeps nothing itself: the {@link RunOfTest} of each test is in JUnit's store.
 *
 * <pre>
 *   provideTestTemplateInvocationContexts   one invocation for each seed
 *   evaluateExecutionCondition              not run, when a lower seed has failed
 *   resolveParameter                        the simulation begins with the first of them
 *   handle…Exception                        the virtual time of the failure
 *   afterEach                               its end, whatever happened
 * </pre>
 */
final class SimulationExtension implements TestTemplateInvocationContextProvider, ExecutionCondition,
        BeforeEachCallback, ParameterResolver, TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler,
        AfterEachCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(SimulationExtension.class);
    private static final String SEED = "seed";
    private static final String FAILED = "failed seed";
    private static final String RUN = "run";
    private static final Set<Class<?>> PARAMETERS = Set.of(
            Simulation.class, SimulatedNetwork.class, VirtualTime.class, SimulatedHost.class, RandomGenerator.class);

    /** Called by JUnit. */
    SimulationExtension() {}

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(STORE);
    }

    /** The methods for which this is a template; its class may have others. */
    private static boolean isSimulated(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), Simulated.class);
    }

    // ---- one invocation for each seed ----

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return isSimulated(context);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        requireOneKind(context);
        Settings settings = Settings.of(context);
        return LongStream.range(0, settings.runs()).mapToObj(index -> new OfSeed(settings.seed() + index));
    }

    private record OfSeed(long seed) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public void prepareInvocation(ExtensionContext context) {
            store(context).put(SEED, seed);
        }
    }

    private static void requireOneKind(ExtensionContext context) {
        Method method = context.getRequiredTestMethod();
        boolean another = AnnotationSupport.isAnnotated(method, Test.class)
                || Stream.of(method.getAnnotations())
                        .anyMatch(each -> each.annotationType() != Simulated.class
                                && (each instanceof TestTemplate
                                        || AnnotationSupport.isAnnotated(each.annotationType(), TestTemplate.class))
                                && !AnnotationSupport.isAnnotated(each.annotationType(), Simulated.class));
        if (another) {
            throw new ExtensionConfigurationException(method.getName() + " is @Simulated and another kind of test:"
                    + " leave the other annotation out, or put @Simulated on the class");
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Optional.ofNullable(context.getTestMethod().isPresent() ? store(context).get(FAILED) : null)
                .map(seed -> ConditionEvaluationResult.disabled("not run, because seed " + seed + " has failed"))
                .orElse(ConditionEvaluationResult.enabled("no seed has failed before"));
    }

    // ---- while it runs ----

    @Override
    public void beforeEach(ExtensionContext context) {
        if (isSimulated(context)) {
            requireOneKind(context);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Executable asker = parameter.getDeclaringExecutable();
        if (!(asker instanceof Method) || context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("a simulation begins with its test and ends with it: let the test"
                    + " method, or one that is run before each test, have this parameter");
        }
        Simulation simulation = run(context).simulation();
        Class<?> type = parameter.getParameter().getType();
        if (type == SimulatedNetwork.class) {
            return simulation.network();
        } else if (type == VirtualTime.class) {
            return simulation.time();
        } else if (type == SimulatedHost.class) {
            return run(context).host(parameter.findAnnotation(Host.class), parameter.getParameter());
        } else if (type == RandomGenerator.class) {
            return simulation.random(nameOf(parameter.getParameter()));
        }
        return simulation;
    }

    /** What a parameter is called. */
    static String nameOf(Parameter parameter) {
        if (!parameter.isNamePresent()) {
            throw new ParameterResolutionException("the name of the parameter " + parameter + " is not known: compile"
                    + " with -parameters, or give a host its name by @Host(\"a\")");
        }
        return parameter.getName();
    }

    private static RunOfTest run(ExtensionContext context) {
        return store(context).getOrComputeIfAbsent(RUN, _ -> {
            Settings settings = Settings.of(context);
            long seed = Optional.ofNullable(store(context).get(SEED, Long.class)).orElse(settings.seed());
            return new RunOfTest(context, settings, seed, isSimulated(context));
        }, RunOfTest.class);
    }

    private static Optional<RunOfTest> runSoFar(ExtensionContext context) {
        return Optional.ofNullable(store(context).get(RUN, RunOfTest.class));
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        failedNow(context, thrown);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        failedNow(context, thrown);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        failedNow(context, thrown);
    }

    private static void failedNow(ExtensionContext context, Throwable thrown) throws Throwable {
        runSoFar(context).ifPresent(RunOfTest::failedNow);
        throw thrown;
    }

    // ---- its end ----

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        boolean failed = context.getExecutionException().filter(e -> !(e instanceof TestAbortedException)).isPresent();
        try {
            Optional<RunOfTest> run = runSoFar(context);
            if (run.isPresent()) {
                failed = true; // until it has ended well
                failed = run.get().end(context.getExecutionException());
            }
        } finally {
            Long seed = store(context).get(SEED, Long.class);
            if (failed && seed != null) {
                context.getParent().ifPresent(template -> store(template).put(FAILED, seed));
            }
        }
    }
}

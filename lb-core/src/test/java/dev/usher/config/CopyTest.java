package dev.usher.config;

import static dev.usher.config.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CopyTest {
    private static final PoolConfig POOL =
            PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse("10.0.0.1:443"))));

    /** Components of one type have different values. */
    static List<Record> records() {
        UsherConfig all = UsherConfig.of(
                        List.of(ListenerConfig.DEFAULT), List.of(RouteConfig.of("a.example", "web")), List.of(POOL))
                .withDefaultRoute(Fallback.CLOSE);
        return List.of(POOL, ListenerConfig.DEFAULT, all, HealthCheckConfig.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("records")
    void methodsForCopiesChangeTheComponentOfTheirName(Record record) throws ReflectiveOperationException {
        List<Method> copies = Arrays.stream(record.getClass().getDeclaredMethods())
                .filter(method -> method.getName().startsWith("with")
                        && Modifier.isPublic(method.getModifiers())
                        && method.getParameterCount() == 1)
                .toList();
        assertTrue(!copies.isEmpty());
        for (Method copy : copies) {
            String name = copy.getName().substring("with".length());
            String component = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
            Object own = record.getClass().getMethod(component).invoke(record);
            assertEquals(record, copy.invoke(record, own), copy.getName());
        }
    }

    @Test
    void changesWhatIsNamedAndNothingElse() {
        PoolConfig copy = Copy.of(POOL).with("name", "other").with("retries", 7).make();
        assertEquals("other", copy.name());
        assertEquals(7, copy.retries());
        assertEquals(POOL, copy.withRetries(POOL.retries()).at("web", 443).withHealthCheck(POOL.healthCheck()));
    }

    @Test
    void constructorRefusesWhatItWouldRefuseElsewhere() {
        assertRefused("retries must be 0..100, was 101", () -> POOL.withRetries(101));
    }

    @Test
    void unknownComponentIsABug() {
        assertThrows(IllegalStateException.class, () -> Copy.of(POOL, "tries", 1));
    }
}

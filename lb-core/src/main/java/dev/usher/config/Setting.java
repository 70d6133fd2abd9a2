package dev.usher.config;

import dev.usher.config.HealthCheckConfig.StatusRange;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a record, under the key that the file has for it. Records are asked for their settings, so nothing that
 * compares or writes configurations can forget a key.
 *
 * @param value null where the file says {@code none}
 */
public record Setting(String key, Unit unit, @Nullable Object value) {
    /** The unit of a whole number in the file; the name of the component ends with the unit. */
    public enum Unit {
        NONE,
        BYTES,
        PERCENT
    }

    /** Records without a key in the file: their settings stand among those of their owner. */
    public static final Set<Class<?>> BESIDE_THEIR_OWNER = Set.of(
            Target.class,
            OwnRoutes.class,
            ForwardProxy.class,
            AddressRules.class,
            SocketRights.class,
            ListenOptions.class,
            SourceKind.class,
            ClientTls.class);

    /** A component of a record's class. */
    private record Component(String key, Unit unit, Class<?> type, Method accessor) {
        static Component of(RecordComponent component) {
            return new Component(
                    Setting.key(component), Setting.unit(component), component.getType(), component.getAccessor());
        }

        @Nullable
        Object value(Record record) {
            try {
                return accessor.invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(accessor + " of a public record cannot be read", e);
            }
        }
    }

    /** Kept for each class, since the JDK makes new accessors for each question, and a file has thousands of records. */
    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents()).map(Component::of).toList();
        }
    };

    /** Settings of a record, in the record's order. */
    public static List<Setting> of(Record record) {
        List<Setting> settings = new ArrayList<>();
        for (Component component : COMPONENTS.get(record.getClass())) {
            Object value = component.value(record);
            if (value instanceof Record part && BESIDE_THEIR_OWNER.contains(component.type())) {
                settings.addAll(of(part));
            } else {
                settings.add(new Setting(component.key(), component.unit(), value));
            }
        }
        return settings;
    }

    /** The key of a component: {@code halfClosed} is {@code half_closed}, {@code maxSizeBytes} is {@code max_size}. */
    public static String key(RecordComponent component) {
        return component
                .getName()
                .replaceFirst("(?<=Size)Bytes$|Percent$", "")
                .replaceAll("([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    private static Unit unit(RecordComponent component) {
        if (component.getName().endsWith("Bytes")) {
            return Unit.BYTES;
        }
        return component.getName().endsWith("Percent") ? Unit.PERCENT : Unit.NONE;
    }

    /** Whether the file has a mapping of further settings for {@code value}, and not one word. */
    public static boolean isMapping(@Nullable Object value) {
        return switch (value) {
            case Address _, Cidr _, UserFile _, RoutePattern _, Fallback _, StatusRange _, SourceAddress _, Secret _ ->
                false;
            case Record _ -> true;
            case null, default -> false;
        };
    }

    /** The value as the file has it, of a setting that is neither a list nor a mapping. */
    public String text() {
        return switch (value) {
            case null -> "none";
            case Duration duration -> Units.text(duration);
            case Enum<?> word -> Spelling.of(word);
            case RoutePattern pattern -> pattern.text();
            case Number bytes when unit == Unit.BYTES -> Units.sizeText(bytes.longValue());
            case Number percent when unit == Unit.PERCENT -> percent + "%";
            case Integer workers when workers == UsherConfig.ONE_WORKER_PER_CORE && key.equals("workers") -> "auto";
            default -> value.toString();
        };
    }
}

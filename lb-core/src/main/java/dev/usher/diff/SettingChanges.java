package dev.usher.diff;

import dev.usher.config.Fallback;
import dev.usher.config.HealthCheckConfig.StatusRange;
import dev.usher.config.HostPort;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings that differ between two records of one type. It asks the records themselves what they have, under the names
 * that the file has, so that no setting can be forgotten here.
 */
final class SettingChanges {
    /** A list longer than this says nothing to anybody in one line. */
    private static final int MAX_TEXT = 80;
    /** What has a line of its own elsewhere. */
    private static final Set<String> TOLD_ELSEWHERE = Set.of("listeners", "routes", "pools");
    /** Whole numbers that are percentages in the file. */
    private static final Set<String> PERCENTAGES = Set.of("jitter", "max_ejected", "sample_ok");

    /** One setting that differs. */
    record Setting(
            String name, @Nullable Object before, @Nullable Object after) {
        /** As " 1s -> 2s"; " differs" where the values would say nothing, or must not be said. */
        String values() {
            String was = text(name, before);
            String is = text(name, after);
            boolean secret = name.startsWith("admin.tokens");
            boolean telling = !was.equals(is) && was.length() <= MAX_TEXT && is.length() <= MAX_TEXT;
            return telling && !secret ? " " + was + " -> " + is : " differs";
        }
    }

    private SettingChanges() {}

    static List<Change> ofProgram(UsherConfig before, UsherConfig after) {
        return between("", before, after, TOLD_ELSEWHERE).stream()
                .map(setting -> new Change(Sign.CHANGED, Subject.SETTING, setting.name() + ":" + setting.values()))
                .toList();
    }

    /**
     * The settings that differ.
     *
     * @param path what the names begin with
     * @param except components of the records themselves that are left out
     */
    static List<Setting> between(String path, Record before, Record after, Set<String> except) {
        List<Setting> different = new ArrayList<>();
        for (RecordComponent component : before.getClass().getRecordComponents()) {
            if (!except.contains(component.getName())) {
                Object was = value(component, before);
                Object is = value(component, after);
                if (Objects.equals(was, is)) {
                    continue;
                }
                String name = path + inFile(component.getName());
                if (was instanceof Record old && is instanceof Record now && hasParts(old)) {
                    different.addAll(between(name + ".", old, now, Set.of()));
                } else {
                    different.add(new Setting(name, was, is));
                }
            }
        }
        return different;
    }

    private static boolean hasParts(Record value) {
        return !(value instanceof HostPort || value instanceof Fallback || value instanceof StatusRange);
    }

    private static @Nullable Object value(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " of a public record cannot be read", e);
        }
    }

    /** The key of the file: {@code halfClosed} is {@code half_closed}; units are with the value. */
    private static String inFile(String component) {
        return component
                .replaceFirst("(?<=Size)Bytes$|Percent$", "")
                .replaceAll("([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    private static String text(String name, @Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Duration duration -> Units.text(duration);
            case Enum<?> word -> Spelling.of(word);
            case Fallback fallback when fallback.pool() != null -> "pool " + fallback.pool();
            case Fallback fallback -> Spelling.of(fallback.action());
            case Integer bytes when name.endsWith("max_size") -> Units.sizeText(bytes);
            case Long bytes -> Units.sizeText(bytes);
            case Integer percent when PERCENTAGES.contains(name.substring(name.lastIndexOf('.') + 1)) -> percent + "%";
            case Integer zero when zero == 0 && name.equals("workers") -> "auto";
            default -> value.toString();
        };
    }
}

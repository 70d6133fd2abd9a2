package dev.usher.diff;

import dev.usher.config.Setting;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The different settings of two records of one type. */
final class SettingChanges {
    /** A longer list is useless to a reader in a single line. */
    private static final int MAX_TEXT = 80;
    /** Keys with lines of their own in a diff. */
    private static final Set<String> TOLD_ELSEWHERE = Set.of("listeners", "routes", "pools");

    /** A setting that differs, under its whole path in the file. */
    record Difference(String name, Setting before, Setting after) {
        /** The values, such as " 1s -> 2s"; only " differs" for values without meaning to a reader, and for secrets. */
        String values() {
            String was = before.text();
            String is = after.text();
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
     * The settings with a difference.
     *
     * @param path the prefix of the settings' names
     * @param except keys of the records themselves to leave out
     */
    static List<Difference> between(String path, Record before, Record after, Set<String> except) {
        List<Difference> different = new ArrayList<>();
        List<Setting> old = Setting.of(before);
        List<Setting> now = Setting.of(after);
        for (int i = 0; i < old.size(); i++) {
            Setting was = old.get(i);
            Setting is = now.get(i);
            if (Objects.equals(was.value(), is.value()) || except.contains(was.key())) {
                continue;
            }
            String name = path + was.key();
            if (was.value() instanceof Record part && is.value() instanceof Record other && Setting.isMapping(part)) {
                different.addAll(between(name + ".", part, other, Set.of()));
            } else {
                different.add(new Difference(name, was, is));
            }
        }
        return different;
    }
}

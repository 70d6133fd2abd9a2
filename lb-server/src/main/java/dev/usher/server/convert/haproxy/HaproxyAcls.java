package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The ACLs of a section, and conditions made of ACLs. */
final class HaproxyAcls {
    /**
     * A part of a condition.
     *
     * @param anyOf tests; a single match is enough
     */
    record Literal(boolean negated, String text, List<HaproxyTest> anyOf) {
        Literal {
            anyOf = List.copyOf(anyOf);
        }

        boolean allAre(Predicate<HaproxyTest> kind) {
            return !anyOf.isEmpty() && anyOf.stream().allMatch(kind);
        }

        Literal negate() {
            return new Literal(!negated, text, anyOf);
        }
    }

    private final Map<String, List<HaproxyTest>> named = new HashMap<>();
    private final Map<String, HaproxyLine> lines = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Remarks remarks;

    HaproxyAcls(Remarks remarks) {
        this.remarks = remarks;
    }

    void add(HaproxyLine line) {
        lines.putIfAbsent(line.word(1), line);
        named.computeIfAbsent(line.word(1), _ -> new ArrayList<>())
                .add(HaproxyTest.of(line.statement(), line.from(2), remarks));
    }

    /** Remarks on ACLs without use. */
    void remarkUnused() {
        lines.forEach((name, line) -> {
            if (!used.contains(name)) {
                remarks.notNeeded(line.statement(), "no rule of this section uses the ACL");
            }
        });
    }

    /**
     * Reads a condition as alternatives, each of parts to hold together. {@code unless} turns a condition of a single
     * alternative with a single part around.
     *
     * @param condition begins with {@code if} or {@code unless}
     * @throws IllegalArgumentException for an unreadable condition
     */
    List<List<Literal>> alternatives(HaproxyLine line, List<String> condition) {
        List<List<Literal>> all = new ArrayList<>();
        List<Literal> part = new ArrayList<>();
        for (int at = 1; at < condition.size(); at++) {
            String word = condition.get(at);
            if (word.equals("||") || word.equalsIgnoreCase("or")) {
                all.add(part);
                part = new ArrayList<>();
            } else if (word.matches("!*\\{")) {
                int end = closing(condition, at);
                List<String> inside = condition.subList(at + 1, end);
                part.add(new Literal(
                        isOdd(word),
                        String.join(" ", inside),
                        List.of(HaproxyTest.of(line.statement(), inside, remarks))));
                at = end;
            } else if (!word.equals("!")) {
                part.add(named(word));
            }
        }
        all.add(part);
        return condition.getFirst().equals("unless") ? List.of(turned(all)) : all;
    }

    /** Not (a or b) is not a and not b; not (a and b) has no such form, and is refused. */
    private static List<Literal> turned(List<List<Literal>> all) {
        List<Literal> turned = new ArrayList<>();
        for (List<Literal> part : all) {
            if (part.size() != 1) {
                throw new IllegalArgumentException("unless with several conditions: usher has routes by name");
            }
            turned.add(part.getFirst().negate());
        }
        return turned;
    }

    private static int closing(List<String> condition, int open) {
        for (int i = open + 1; i < condition.size(); i++) {
            if (condition.get(i).equals("}")) {
                return i;
            }
        }
        throw new IllegalArgumentException("{ has no } behind");
    }

    private static boolean isOdd(String word) {
        return word.chars().filter(c -> c == '!').count() % 2 == 1;
    }

    private Literal named(String word) {
        String name = word.replaceFirst("^!+", "");
        used.add(name);
        List<HaproxyTest> tests = named.get(name);
        if (tests == null) {
            throw new IllegalArgumentException("the ACL " + name + " is not in this section");
        }
        return new Literal(isOdd(word), name, tests);
    }
}

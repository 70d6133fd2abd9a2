package dev.usher.server.convert.traefik;

import dev.usher.config.Cidr;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.NameRegex;
import dev.usher.server.convert.draft.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A router's rule: alternatives of calls to hold together, such as {@code HostSNI(`a`) || HostSNI(`b`)}. Methods throw
 * {@link IllegalArgumentException} for a rule unknown to usher.
 */
final class TraefikRule {
    /** Alternatives in the end, at most. */
    private static final int MAX_ALTERNATIVES = 4096;

    /** Longer than any name with an expression in front. */
    private static final int MAX_EXPRESSION = 500;

    private static final int MAX_DEPTH = 32;
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\\|\\||&&|!|\\(|\\)|,|`[^`]*`|\"(?:[^\"\\\\]|\\\\.)*+\"|\\w+)");
    /** A named part of version 2: {@code {sub:[a-z]+}}. */
    private static final Pattern NAMED_PART = Pattern.compile("\\{(?:[^{}:]*):?([^{}]*(?:\\{[^{}]*})?[^{}]*)}");

    private record Call(boolean negated, String function, List<String> arguments) {}

    /** Calls to hold together. */
    record Alternative(List<?> calls) {
        /** The alternative in usher's terms. */
        Match match() {
            return TraefikRule.match(calls.stream().map(Call.class::cast).toList());
        }
    }

    /**
     * An alternative, in usher's terms.
     *
     * @param everyName whether the name does not matter
     * @param differences between the rule and the patterns, for people
     */
    record Match(
            boolean everyName,
            List<RoutePattern> patterns,
            List<String> alpn,
            List<Cidr> allow,
            List<Cidr> deny,
            List<String> differences) {
        static Match open() {
            return new Match(
                    true,
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }
    }

    private final List<String> tokens = new ArrayList<>();
    private int at;

    private TraefikRule(String rule) {
        Matcher token = TOKEN.matcher(rule);
        int end = 0;
        while (end < rule.length() && !rule.substring(end).isBlank()) {
            if (!token.find(end) || token.start() != end) {
                throw new IllegalArgumentException("the rule cannot be read at its character " + (end + 1));
            }
            tokens.add(token.group(1));
            end = token.end();
        }
    }

    static List<Alternative> read(String rule) {
        TraefikRule parser = new TraefikRule(rule);
        List<List<Call>> alternatives = parser.anyOf(0);
        if (parser.at < parser.tokens.size()) {
            throw new IllegalArgumentException("the rule goes on behind its end: " + parser.tokens.get(parser.at));
        }
        return alternatives.stream()
                .map(calls -> new Alternative(List.copyOf(calls)))
                .toList();
    }

    private List<List<Call>> anyOf(int depth) {
        List<List<Call>> all = new ArrayList<>(allOf(depth));
        while (take("||")) {
            all.addAll(allOf(depth));
            refuseIfMany(all.size());
        }
        return all;
    }

    private List<List<Call>> allOf(int depth) {
        List<List<Call>> all = single(depth);
        while (take("&&")) {
            List<List<Call>> more = single(depth);
            refuseIfMany((long) all.size() * more.size());
            List<List<Call>> both = new ArrayList<>();
            for (List<Call> left : all) {
                for (List<Call> right : more) {
                    List<Call> joined = new ArrayList<>(left);
                    joined.addAll(right);
                    both.add(joined);
                }
            }
            all = both;
        }
        return all;
    }

    private static void refuseIfMany(long alternatives) {
        if (alternatives > MAX_ALTERNATIVES) {
            throw new IllegalArgumentException("the rule has more than " + MAX_ALTERNATIVES + " alternatives");
        }
    }

    private List<List<Call>> single(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the rule is nested more than " + MAX_DEPTH + " deep");
        }
        boolean negated = take("!");
        if (take("(")) {
            List<List<Call>> inside = anyOf(depth + 1);
            expect(")");
            if (negated) {
                throw new IllegalArgumentException("usher has no rule for everything but a group");
            }
            return inside;
        }
        return List.of(List.of(call(negated)));
    }

    private Call call(boolean negated) {
        String function = next();
        List<String> arguments = new ArrayList<>();
        expect("(");
        while (!take(")")) {
            String argument = next();
            if (argument.length() < 2 || "`\"".indexOf(argument.charAt(0)) < 0) {
                throw new IllegalArgumentException("a text in ` stands in " + function + "(), and not " + argument);
            }
            arguments.add(argument.substring(1, argument.length() - 1));
            take(",");
        }
        return new Call(negated, function, arguments);
    }

    private String next() {
        if (at == tokens.size()) {
            throw new IllegalArgumentException("the rule ends too early");
        }
        return tokens.get(at++);
    }

    private boolean take(String token) {
        boolean there = at < tokens.size() && tokens.get(at).equals(token);
        at += there ? 1 : 0;
        return there;
    }

    private void expect(String token) {
        if (!take(token)) {
            throw new IllegalArgumentException("the rule lacks " + token);
        }
    }

    // ---- in usher's terms ----

    private static Match match(List<Call> calls) {
        Match match = Match.open();
        boolean named = false;
        for (Call call : calls) {
            switch (call.function()) {
                case "HostSNI", "HostSNIRegexp" -> {
                    if (named || call.negated()) {
                        throw new IllegalArgumentException("usher compares a name once, and with names that fit");
                    }
                    named = true;
                    addNames(match, call);
                }
                case "ClientIP" ->
                    call.arguments()
                            .forEach(source -> (call.negated() ? match.deny() : match.allow()).add(Cidr.parse(source)));
                case "ALPN" -> {
                    if (call.negated()) {
                        throw new IllegalArgumentException("usher has no rule for hellos without a protocol");
                    }
                    match.alpn().addAll(call.arguments());
                }
                default -> throw new IllegalArgumentException(call.function() + "() is no rule that usher has");
            }
        }
        boolean every = match.patterns().isEmpty();
        return new Match(every, match.patterns(), match.alpn(), match.allow(), match.deny(), match.differences());
    }

    private static void addNames(Match match, Call call) {
        for (String text : call.arguments()) {
            if (text.equals("*")) {
                continue;
            }
            Names names = call.function().equals("HostSNI") ? Names.of(text) : expression(text);
            if (names.isNone()) {
                throw new IllegalArgumentException(text + " is no list of names or suffixes, which usher has alone");
            }
            match.patterns().addAll(names.patterns());
            if (!names.difference().isEmpty()) {
                match.differences().add(names.difference());
            }
        }
    }

    /** An expression of version 3, or a name with expressions in braces of version 2. */
    private static Names expression(String text) {
        Matcher named = NAMED_PART.matcher(text);
        if (text.length() > MAX_EXPRESSION || !text.startsWith("{") || !named.lookingAt()) {
            return NameRegex.read(text, false);
        }
        String part = named.group(1).isEmpty() ? ".+" : named.group(1);
        return NameRegex.read(part + text.substring(named.end()).replace(".", "\\."), true);
    }
}

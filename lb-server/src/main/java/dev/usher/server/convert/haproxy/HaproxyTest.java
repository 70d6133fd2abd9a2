package dev.usher.server.convert.haproxy;

import dev.usher.config.NotTls;
import dev.usher.server.convert.draft.NameRegex;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The test of an ACL: a sample of the connection, compared with values.
 *
 * @param fetch without converters to lower case
 * @param method the word behind {@code -m}; {@code str} by default
 */
record HaproxyTest(Statement statement, String fetch, String method, List<String> values) {
    private static final String STRING = "str";
    private static final Pattern ACME = Pattern.compile("\\^?/?\\\\?\\.well-known/acme-challenge");
    /** The host of a request: the method may be part of the word, and converters drop a port. */
    private static final Pattern HOST = Pattern.compile(
            "(?:req\\.)?(?:hdr|fhdr)(?:_(end|dom|reg))?\\(host\\)(?:,(?:host_only|(?:field|word)\\(1,:\\)))?");

    private static final String SSH_TEXT = "\\^?SSH.*";
    private static final String SSH_HEX = "(?i)5353482d[0-9a-f]*";
    /** Two bytes of length, then the opcode of a client's first packet. */
    private static final String OPENVPN_HEX = "(?i)00[0-9a-f]{2}(?:38|50)[0-9a-f]*";

    HaproxyTest {
        values = List.copyOf(values);
    }

    /** Reads the words behind an ACL's name, or between braces. */
    static HaproxyTest of(Statement statement, List<String> words, Remarks remarks) {
        String fetch =
                words.isEmpty() ? "" : words.getFirst().toLowerCase(Locale.ROOT).replaceAll(",lower\\b", "");
        String method = STRING;
        List<String> values = new ArrayList<>();
        boolean flags = true;
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (!flags || !word.startsWith("-")) {
                flags = false;
                values.add(word);
            } else if (word.equals("-m") && i + 1 < words.size()) {
                method = words.get(++i);
            } else if (word.equals("-f") && i + 1 < words.size()) {
                values.addAll(fromFile(statement, words.get(++i), remarks));
            } else {
                flags = !word.equals("--");
            }
        }
        Matcher host = HOST.matcher(fetch);
        if (host.matches()) {
            return new HaproxyTest(statement, "hdr(host)", host.group(1) == null ? method : host.group(1), values);
        }
        return new HaproxyTest(statement, fetch.replace("req_", "req."), method, values);
    }

    private static List<String> fromFile(Statement statement, String path, Remarks remarks) {
        try {
            PeerText file = PeerText.named(statement.file().resolveSibling(path));
            return file.text()
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException | InvalidPathException fault) {
            remarks.leftOut(statement, path + " " + fault.getMessage() + ": names in the file are not known");
            return List.of();
        }
    }

    boolean isName() {
        return fetch.equals("req.ssl_sni");
    }

    boolean isAlpn() {
        return fetch.equals("req.ssl_alpn");
    }

    boolean isSource() {
        return fetch.equals("src");
    }

    boolean isHello() {
        return fetch.equals("req.ssl_hello_type") || fetch.equals("req.ssl_ver");
    }

    /** Whether the test compares the host of a request. */
    boolean isHost() {
        return fetch.equals("hdr(host)");
    }

    /** Whether the test finds requests of ACME servers. */
    boolean isAcme() {
        return fetch.matches("(?:path|url)(?:_beg|_dir|_reg)?")
                && !values.isEmpty()
                && values.stream().allMatch(value -> ACME.matcher(value).lookingAt());
    }

    boolean isOverTls() {
        return fetch.equals("ssl_fc");
    }

    /** The protocol of clients whose first bytes the test finds; null for any other test. */
    NotTls.@Nullable Protocol protocol() {
        boolean start = fetch.matches("(?:req\\.)?payload\\(0,\\d+\\)");
        if (!start || values.isEmpty()) {
            return null;
        }
        if (values.stream().allMatch(value -> value.matches(method.equals("bin") ? SSH_HEX : SSH_TEXT))) {
            return NotTls.Protocol.SSH;
        }
        boolean vpn = method.equals("bin") && values.stream().allMatch(value -> value.matches(OPENVPN_HEX));
        return vpn ? NotTls.Protocol.OPENVPN : null;
    }

    /** Whether the test finds clients without a byte. */
    boolean isSilence() {
        return fetch.equals("req.len") && (values.equals(List.of("0")) || values.equals(List.of("eq", "0")));
    }

    /** Whether the test finds clients with a byte. */
    boolean isSpeech() {
        return fetch.equals("req.len") && (values.equals(List.of("gt", "0")) || values.equals(List.of("ge", "1")));
    }

    /** The names of the values, without values unknown to usher, each with a remark. */
    List<Names> names(Remarks remarks) {
        return values.stream()
                .map(value -> names(statement, method, value, remarks))
                .filter(names -> !names.isNone())
                .toList();
    }

    /** The names of a value; empty after a remark. */
    static Names names(Statement statement, String method, String value, Remarks remarks) {
        try {
            Names names = switch (method) {
                case STRING -> Names.of(value);
                case "end" -> ending(value);
                case "dom" -> Names.near(dotted(value), value + " was found anywhere between dots, here at the end");
                case "reg" -> NameRegex.read(value, false);
                default ->
                    throw new IllegalArgumentException(
                            "-m " + method + ": usher has names and suffixes (*.x, .x) alone");
            };
            if (names.isNone()) {
                throw new IllegalArgumentException(value + " is no list of names or suffixes, which usher has alone");
            }
            if (!names.difference().isEmpty()) {
                remarks.changed(statement, value + ": " + names.difference());
            }
            return names;
        } catch (IllegalArgumentException fault) {
            remarks.leftOut(statement, String.valueOf(fault.getMessage()));
            return new Names(List.of(), "");
        }
    }

    private static Names ending(String value) {
        return value.startsWith(".")
                ? Names.of("*" + value)
                : Names.near("." + value, value + " also was the end of names without a dot in front");
    }

    private static String dotted(String value) {
        return value.startsWith(".") ? value : "." + value;
    }
}

package dev.usher.tls;

import dev.usher.name.ServerName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses one whole ClientHello message. All framing is checked, even of unused fields: with an unchecked length, the
 * parser and the backend could find the name in different places.
 *
 * <p>Unknown extensions, GREASE (RFC 8701) and the bodies of extensions that routing does not need are skipped.
 * Encrypted ClientHello is such an extension: the parser reads the outer name (RFC 9849).
 */
final class ClientHelloParser {
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int VERSION_BYTES = 2;
    private static final int RANDOM_BYTES = 32;
    private static final int MAX_SESSION_ID_BYTES = 32;

    // ExtensionType
    private static final int SERVER_NAME = 0; // RFC 6066 section 1.1
    private static final int ALPN = 16; // RFC 7301 section 3.1
    private static final int EARLY_DATA = 42; // RFC 8446 section 4.2

    private static final int HOST_NAME = 0; // NameType, RFC 6066 section 3

    /**
     * Clients offer a handful of protocols. Without a limit, 64 KiB of one-byte names would become megabytes of strings
     * and an equally long log line.
     */
    private static final int MAX_PROTOCOLS = 128;

    /** Usual offers of clients. A list serves every connection, since a list lives as long as its connection. */
    private static final List<List<String>> USUAL_PROTOCOLS =
            List.of(List.of("h2", "http/1.1"), List.of("http/1.1"), List.of("h2"));

    /** Usual offers in the form of a hello. */
    private static final List<byte[]> USUAL_LISTS =
            USUAL_PROTOCOLS.stream().map(ClientHelloParser::protocolNameList).toList();

    private @Nullable Cursor name;
    private List<String> protocols = List.of();
    private boolean offersEarlyData;

    /** The extension types so far, in the first {@code extensionCount} places; the initial size fits most hellos. */
    private char[] extensionTypes = new char[32];

    private int extensionCount;
    private long mark;

    private ClientHelloParser() {}

    /** @param message exactly the whole message, header included */
    static ClientHello parse(Cursor message) throws RefusedHelloException {
        ClientHelloParser parser = new ClientHelloParser();
        parser.readMessage(message);
        parser.refuseDuplicates();
        return parser.result();
    }

    /**
     * Reads the message down to its extensions (RFC 8446 section 4.1.2; RFC 5246 section 7.4.1.2 for a hello without
     * any):
     *
     * <pre>
     * uint8  msg_type, uint24 length    read by the collector
     * uint16 legacy_version
     * opaque random[32]
     * uint8  length, legacy_session_id           0..32 bytes
     * uint16 length, cipher_suites               2 bytes each, at least one
     * uint8  length, legacy_compression_methods  1 byte each, at least one
     * uint16 length, extensions                  up to the end; may be missing, length and all
     * </pre>
     */
    private void readMessage(Cursor message) throws RefusedHelloException {
        message.skip(MESSAGE_HEADER_BYTES, "message header");
        message.skip(VERSION_BYTES, "legacy_version");
        mark = message.folded(RANDOM_BYTES, "random");
        int sessionId = message.skip8("legacy_session_id");
        if (sessionId > MAX_SESSION_ID_BYTES) {
            throw RefusedHelloException.malformed("legacy_session_id of " + sessionId + " bytes, must be 0..32");
        }
        int cipherSuites = message.skip16("cipher_suites");
        if (cipherSuites == 0 || cipherSuites % 2 != 0) {
            throw RefusedHelloException.malformed("cipher_suites of " + cipherSuites + " bytes");
        }
        if (message.skip8("legacy_compression_methods") == 0) {
            throw RefusedHelloException.malformed("legacy_compression_methods is empty");
        }
        if (message.hasRemaining()) {
            readExtensions(message.enter16("extensions", "ClientHello"));
        }
    }

    /**
     * Reads the extensions (RFC 8446 section 4.2):
     *
     * <pre>
     * uint16 extension_type
     * uint16 length, extension_data
     * </pre>
     */
    private void readExtensions(Cursor extensions) throws RefusedHelloException {
        while (extensions.hasRemaining()) {
            int type = extensions.uint16("extension_type");
            remember(type);
            switch (type) {
                case SERVER_NAME -> name = hostName(extensions.vector16("extension_data"));
                case ALPN -> protocols = protocolNames(extensions.vector16("extension_data"));
                default -> {
                    offersEarlyData |= type == EARLY_DATA;
                    int _ = extensions.skip16("extension_data"); // left to the backend
                }
            }
        }
    }

    /**
     * Finds the name in a server_name extension (RFC 6066 section 3):
     *
     * <pre>
     * uint16 length, server_name_list   up to the end
     *   uint8  name_type                0, host_name: the only type ever defined
     *   uint16 length, host_name        not empty; ServerName checks the letters
     * </pre>
     *
     * The format allows names of more types, but none exist, and implementations would treat such a list differently.
     */
    private static Cursor hostName(Cursor data) throws RefusedHelloException {
        Cursor names = data.enter16("server_name_list", "server_name");
        int type = names.uint8("name_type");
        if (type != HOST_NAME) {
            throw RefusedHelloException.malformed("name_type " + type + " is not host_name");
        }
        Cursor name = names.vector16("host_name");
        if (!name.hasRemaining()) {
            throw RefusedHelloException.malformed("host_name is empty");
        }
        names.expectEnd("server_name_list");
        return name;
    }

    /**
     * Reads the names in an application_layer_protocol_negotiation extension (RFC 7301 section 3.1):
     *
     * <pre>
     * uint16 length, protocol_name_list  up to the end; at least one name
     *   uint8  length, protocol_name
     * </pre>
     *
     * An empty protocol_name violates the RFC, but real clients send one. The framing is intact, so the name is
     * accepted, and the backend decides.
     */
    private static List<String> protocolNames(Cursor data) throws RefusedHelloException {
        Cursor names = data.enter16("protocol_name_list", "application_layer_protocol_negotiation");
        for (int i = 0; i < USUAL_LISTS.size(); i++) { // an iterator would be an object
            if (names.holds(USUAL_LISTS.get(i))) {
                return USUAL_PROTOCOLS.get(i);
            }
        }
        if (!names.hasRemaining()) {
            throw RefusedHelloException.malformed("protocol_name_list is empty");
        }
        List<String> protocols = new ArrayList<>();
        while (names.hasRemaining()) {
            if (protocols.size() == MAX_PROTOCOLS) {
                throw RefusedHelloException.malformed("more than " + MAX_PROTOCOLS + " protocols offered");
            }
            protocols.add(names.vector8("protocol_name").text());
        }
        return protocols;
    }

    private static byte[] protocolNameList(List<String> protocols) {
        StringBuilder list = new StringBuilder();
        protocols.forEach(name -> list.append((char) name.length()).append(name));
        return list.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void remember(int type) {
        if (extensionCount == extensionTypes.length) {
            extensionTypes = Arrays.copyOf(extensionTypes, 2 * extensionCount);
        }
        extensionTypes[extensionCount] = (char) type;
        extensionCount++;
    }

    /**
     * Refuses a repeated extension type (RFC 8446 section 4.2). Sorts first: comparing all pairs would let a client
     * cause quadratic work.
     */
    private void refuseDuplicates() throws RefusedHelloException {
        Arrays.sort(extensionTypes, 0, extensionCount);
        for (int i = 1; i < extensionCount; i++) {
            if (extensionTypes[i - 1] == extensionTypes[i]) {
                throw RefusedHelloException.malformed("extension " + (int) extensionTypes[i] + " comes twice");
            }
        }
    }

    private ClientHello result() throws RefusedHelloException {
        if (name == null) {
            return new ClientHello(null, protocols, offersEarlyData, false, mark, null);
        }
        String sent = sentName(name);
        ServerName serverName = ServerName.parse(sent);
        if (serverName == null) {
            throw RefusedHelloException.invalidName(ServerName.refusal(sent), cut(sent));
        }
        return new ClientHello(serverName, protocols, offersEarlyData, false, mark, sent);
    }

    /** The name as text. An escaped byte makes the name invalid, since no valid name contains a backslash. */
    private static String sentName(Cursor name) throws RefusedHelloException {
        if (name.remaining() > ServerName.MAX_LENGTH + 1) { // one more byte for a trailing dot
            int bytes = name.remaining();
            String begin = name.take(ServerName.MAX_LENGTH + 1, "host_name").text();
            throw RefusedHelloException.invalidName(
                    "host_name of " + bytes + " bytes, at most " + ServerName.MAX_LENGTH + " make a name", cut(begin));
        }
        return name.text();
    }

    /** Shortens a refused name, so that it cannot fill a log. */
    private static String cut(String name) {
        return name.length() <= ServerName.MAX_LENGTH ? name : name.substring(0, ServerName.MAX_LENGTH) + "...";
    }
}

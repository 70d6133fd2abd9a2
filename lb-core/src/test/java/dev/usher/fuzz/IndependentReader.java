package dev.usher.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.testing.Needs;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wireshark's reading of the first bytes of TLS clients: tshark over a capture file that is written here. */
final class IndependentReader {
    private static final int MAGIC = 0xA1B2C3D4;
    private static final int RAW_IP = 101; // LINKTYPE_RAW
    private static final int TCP = 6;
    private static final int HEADERS_BYTES = 40;
    /** The most that an IPv4 packet holds. */
    private static final int MAX_BYTES = 65_535 - HEADERS_BYTES;

    private IndependentReader() {}

    /**
     * The reading of one hello.
     *
     * @param name empty if the hello has none
     * @param protocols empty if the hello has none
     * @param complains whether the reader finds a fault
     */
    record Reading(String name, List<String> protocols, boolean complains) {}

    /**
     * Reads each input as all that one client has sent.
     *
     * @return by index of the input; without an input that has no ClientHello to the reader
     */
    static Map<Integer, Reading> read(List<byte[]> inputs, Path folder) throws IOException, InterruptedException {
        Needs.that(Files.isExecutable(Path.of("/usr/bin/tshark")), "tshark");
        Path capture = folder.resolve("hellos.pcap");
        write(inputs, capture);
        Process tshark = new ProcessBuilder(
                        ("tshark -n -r " + capture + " -o tcp.check_checksum:FALSE -d tcp.port==443,tls"
                                        + " -Y tls.handshake.type==1 -T fields -E separator=/t -E aggregator=, -E occurrence=a"
                                        + " -e frame.number -e tls.handshake.extensions_server_name"
                                        + " -e tls.handshake.extensions_alpn_str -e _ws.expert -e _ws.malformed")
                                .split(" "))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Map<Integer, Reading> readings = new HashMap<>();
        for (String line : new String(tshark.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList()) {
            String[] fields = line.split("\t", -1);
            readings.put(
                    Integer.parseInt(fields[0]) - 1,
                    new Reading(fields[1], list(fields[2]), !(fields[3] + fields[4]).isEmpty()));
        }
        if (tshark.waitFor() != 0) {
            throw new IOException("tshark ended with " + tshark.exitValue());
        }
        return readings;
    }

    private static List<String> list(String commas) {
        return commas.isEmpty() ? List.of() : List.of(commas.split(",", -1));
    }

    /** One packet for each input, of a connection of its own. */
    private static void write(List<byte[]> inputs, Path capture) {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(capture)))) {
            out.writeInt(MAGIC);
            out.writeShort(2);
            out.writeShort(4);
            out.writeLong(0);
            out.writeInt(MAX_BYTES + HEADERS_BYTES);
            out.writeInt(RAW_IP);
            int client = 0;
            for (byte[] input : inputs) {
                packet(out, client++, input);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void packet(DataOutputStream out, int client, byte[] input) throws IOException {
        int bytes = HEADERS_BYTES + Math.min(input.length, MAX_BYTES);
        out.writeInt(client);
        out.writeInt(0);
        out.writeInt(bytes);
        out.writeInt(bytes);
        out.writeShort(0x4500); // IPv4, RFC 791
        out.writeShort(bytes);
        out.writeInt(0);
        out.writeByte(64);
        out.writeByte(TCP);
        out.writeShort(0);
        out.writeInt(0x0A00_0000 + client); // 10.0.0.0/8
        out.writeInt(0xC000_0201);
        out.writeShort(50_000); // TCP, RFC 9293
        out.writeShort(443);
        out.writeInt(1);
        out.writeInt(1);
        out.writeShort(0x5018);
        out.writeShort(65_535);
        out.writeInt(0);
        out.write(input, 0, bytes - HEADERS_BYTES);
    }
}

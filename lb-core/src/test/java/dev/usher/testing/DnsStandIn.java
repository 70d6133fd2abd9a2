package dev.usher.testing;

import dev.usher.config.HostPort;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server on loopback, over UDP and TCP, with a zone of a few lines. */
public final class DnsStandIn implements AutoCloseable {
    /** What becomes of a question. */
    public enum Mode {
        ANSWERS,
        /** Over UDP an empty answer with the bit that says so; over TCP the whole. */
        TRUNCATES,
        FAILS,
        SILENT
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, List<Record>> zone = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger overTcp = new AtomicInteger();
    private volatile Mode mode = Mode.ANSWERS;

    private DnsStandIn(DatagramSocket udp, ServerSocket tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    public static DnsStandIn start() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int attempt = 0; ; attempt++) {
            try {
                ServerSocket tcp = new ServerSocket(0, 50, loopback);
                try {
                    return new DnsStandIn(new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort())), tcp)
                            .serving();
                } catch (IOException taken) {
                    tcp.close();
                    if (attempt == 10) {
                        throw taken;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private DnsStandIn serving() {
        Thread.ofPlatform().daemon().name("dns udp").start(this::serveUdp);
        Thread.ofPlatform().daemon().name("dns tcp").start(this::serveTcp);
        return this;
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", udp.getLocalPort());
    }

    /** Lines of a zone file with absolute names, such as {@code a.example. 60 IN A 1.1.1.1}, in place of the name's. */
    public DnsStandIn has(String name, String... lines) {
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.US_ASCII);
        try (Master read = new Master(new ByteArrayInputStream(text))) {
            List<Record> records = new ArrayList<>();
            for (Record next = read.nextRecord(); next != null; next = read.nextRecord()) {
                records.add(next);
            }
            zone.put(name, records);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void is(Mode wanted) {
        mode = wanted;
    }

    /** Questions so far. */
    public int questions() {
        return questions.get();
    }

    public int overTcp() {
        return overTcp.get();
    }

    private void serveUdp() {
        byte[] bytes = new byte[4096];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                udp.receive(packet);
                questions.incrementAndGet();
                Message asked = new Message(Arrays.copyOf(bytes, packet.getLength()));
                if (mode != Mode.SILENT) {
                    byte[] answer = answer(asked, mode == Mode.TRUNCATES).toWire();
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) { // the loop's condition ends the thread
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try (Socket client = tcp.accept()) {
                overTcp.incrementAndGet();
                DataInputStream in = new DataInputStream(client.getInputStream());
                Message asked = new Message(in.readNBytes(in.readUnsignedShort()));
                byte[] answer = answer(asked, false).toWire();
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
                in.read();
            } catch (IOException closed) { // the loop's condition ends the thread
            }
        }
    }

    private Message answer(Message asked, boolean truncated) {
        Record question = asked.getQuestion();
        Message answer = new Message(asked.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question, Section.QUESTION);
        List<Record> known = zone.get(question.getName().toString(true).toLowerCase(Locale.ROOT));
        if (truncated) {
            answer.getHeader().setFlag(Flags.TC);
        } else if (mode == Mode.FAILS) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
        } else if (known == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else {
            known.stream()
                    .filter(each -> each.getType() == question.getType() || each.getType() == Type.CNAME)
                    .forEach(each -> answer.addRecord(each, Section.ANSWER));
        }
        return answer;
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

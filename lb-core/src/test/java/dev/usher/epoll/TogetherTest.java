package dev.usher.epoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which outputs go to the kernel together: here a single one of a turn too, and one send of each socket. */
class TogetherTest extends EpollWithPeers {
    private static final byte[] BYTES = {1, 2, 3, 4};

    @BeforeAll
    static void needsRings() {
        Rings.need();
    }

    @Override
    EpollProvider provider() {
        return new EpollProvider(calls -> new Outputs(calls, new Ring(calls), new Together(1, 1)));
    }

    @Test
    void onlyTheFirstSendsOfASocketGoTogether() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            channel.register(selector, SelectionKey.OP_WRITE);
            List<Integer> counts = new ArrayList<>();
            ByteBuffer bytes = ByteBuffer.wrap(BYTES);
            turnUntil(_ -> {
                counts.add(channel.write(bytes.limit(bytes.position() + 2)));
                return counts.size() == 3;
            });
            assertEquals(List.of(0, 2, 2), counts, "no answer yet; the answer; a call");
            channel.shutdownOutput();
            assertArrayEquals(BYTES, peer.getInputStream().readAllBytes());
        }
    }
}

package dev.usher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusLineTest {
    private static final int NONE = -1;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK | 200",
                "HTTP/1.0 404 | 404",
                "HTTP/1.1 20 | -1",
                "HTTP/1.1 2x0 OK | -1",
                "HTTP/1.1 -12 OK | -1",
                "HTTP/2.0 200 OK | -1",
                "SSH-2.0-OpenSSH_10 | -1",
                "'' | -1"
            })
    void readsAWholeStatusAndNothingElse(String first, int status) {
        ByteBuffer bytes = ByteBuffer.wrap(("x" + first).getBytes(StandardCharsets.ISO_8859_1))
                .position(1);
        assertEquals(status == NONE ? null : status, StatusLine.statusOf(bytes));
        assertEquals(1, bytes.position());
    }
}

package dev.usher.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AlertTest {
    @ParameterizedTest
    @CsvSource({
        "UNEXPECTED_MESSAGE, 1503030002020a",
        "ILLEGAL_PARAMETER, 1503030002022f",
        "ACCESS_DENIED, 15030300020231",
        "DECODE_ERROR, 15030300020232",
        "INTERNAL_ERROR, 15030300020250",
        "MISSING_EXTENSION, 1503030002026d",
        "UNRECOGNIZED_NAME, 15030300020270"
    })
    void isOneFatalRecord(Alert alert, String hex) {
        assertArrayEquals(HexFormat.of().parseHex(hex), Hellos.bytes(alert.record()));
        assertEquals(
                alert == Alert.INTERNAL_ERROR ? ServerFirstBytes.INTERNAL_ERROR : ServerFirstBytes.ALERT,
                ServerFirstBytes.look(alert.record()));
    }

    @Test
    void canBeWrittenManyTimes() {
        Alert.DECODE_ERROR.record().position(7);
        assertEquals(7, Alert.DECODE_ERROR.record().remaining());
    }

    /** The JDK's client reports each one by its name in the RFC. */
    @ParameterizedTest
    @EnumSource
    void isUnderstoodByARealClient(Alert alert) throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer buffer = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), buffer);
        SSLException refused = assertThrows(
                SSLException.class, () -> client.unwrap(alert.record(), ByteBuffer.allocate(buffer.capacity())));
        assertEquals(
                "(" + alert.name().toLowerCase(Locale.ROOT) + ") Received fatal alert: "
                        + alert.name().toLowerCase(Locale.ROOT),
                refused.getMessage());
    }
}

package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.UsherConfig;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardConfigTest {
    @ParameterizedTest
    @CsvSource({
        "11000,           localhost:6379,     :11000,          localhost:6379",
        ":11000,          10.0.0.1:6379,      :11000,          10.0.0.1:6379",
        "*:11000,         10.0.0.1:6379,      :11000,          10.0.0.1:6379",
        "127.0.0.1:11000, localhost:6379,     127.0.0.1:11000, localhost:6379",
        "[::1]:11000,     [2001:db8::1]:6379, [::1]:11000,     [2001:db8::1]:6379",
    })
    void makesOneListenerAndOnePool(String listen, String target, String bind, String backend) {
        UsherConfig config = ForwardConfig.of(listen, target);
        ListenerConfig listener = config.listeners().values().iterator().next();
        assertEquals(ListenerType.TCP, listener.type());
        assertEquals(bind, listener.bind().getFirst().toString());
        assertEquals(
                backend,
                Objects.requireNonNull(config.pools().get(listener.pool()))
                        .backends()
                        .getFirst()
                        .address()
                        .toString());
        assertNull(config.admin().bind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            localhost  | a:1            | LISTEN: "localhost" has no port
            :x         | a:1            | LISTEN: ":x" has no port number
            :99999     | a:1            | LISTEN: port must be 1..65535, was 99999
            *:11000 ssl| a:1            | LISTEN: "*:11000 ssl": an address stands alone: write ":11000"
            :11000     | localhost      | TARGET: "localhost" has no port
            :11000     | :6379          | TARGET: ":6379" has no host
            :11000     | 6379           | TARGET: ":6379" has no host
            :11000     | 10.0.0.999:1   | TARGET: "10.0.0.999" is not an IPv4 address
            :11000     | localhost:11000| TARGET: localhost:11000 is where :11000 listens
            :11000     | 127.7.7.7:11000| TARGET: 127.7.7.7:11000 is where :11000 listens
            [::1]:11000| localhost:11000| TARGET: localhost:11000 is where [::1]:11000 listens
            """)
    void saysWhichArgumentIsWrong(String listen, String target, String fault) {
        String message = assertThrows(IllegalArgumentException.class, () -> ForwardConfig.of(listen, target))
                .getMessage();
        assertTrue(String.valueOf(message).startsWith(fault), message);
    }
}

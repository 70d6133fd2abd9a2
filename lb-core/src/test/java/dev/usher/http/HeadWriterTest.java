package dev.usher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.usher.http.RequestHead.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Goal: a backend reads the request that was read here, and nothing that is for the hop or a claim of the client. */
class HeadWriterTest {
    private static RequestHead head(ByteBuffer raw) {
        return assertInstanceOf(HeadResult.Whole.class, new HeadReader(4096, HeadReader.Asked.ORIGIN).read(raw))
                .head();
    }

    private static String written(String head, boolean upgrade, Field... added) {
        ByteBuffer bytes = HeadWriter.write(head(ByteBuffer.wrap(Heads.bytes(head))), List.of(added), upgrade);
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    @Test
    void writesHostFirstAndEndsTheConnection() {
        assertEquals("""
                GET /x?y HTTP/1.1
                Host: shop.example:80
                Accept: */*
                Cookie: a=b
                Connection: close

                """.replace("\n", "\r\n"), written("""
                GET http://Shop.Example:80/x?y HTTP/1.1
                Accept:*/*
                Host: other.example
                Cookie:  a=b\040
                Connection: keep-alive

                """.replace("\n", "\r\n"), false));
    }

    @Test
    void leavesOutWhatIsForTheHop() {
        assertEquals("""
                POST / HTTP/1.1
                Host: shop.example
                X-Kept: 1
                Content-Length: 5
                Connection: close

                """.replace("\n", "\r\n"), written("""
                POST / HTTP/1.1
                Host: shop.example
                Connection: close, X-One ,x-two
                X-One: 1
                X-TWO: 2
                X-Kept: 1
                connection: x-three, host, content-length
                X-Three: 3
                Keep-Alive: timeout=5
                Proxy-Connection: keep-alive
                TE: trailers
                Upgrade: h2c
                HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA
                Content-Length: 005

                """.replace("\n", "\r\n"), false));
    }

    @Test
    void leavesOutClaimsOfTheClientAndAddsOurs() {
        assertEquals(
                """
                GET / HTTP/1.1
                Host: shop.example
                X-Forward: kept
                Forwarded: for=192.0.2.1
                Connection: close

                """.replace("\n", "\r\n"),
                written("""
                GET / HTTP/1.1
                Host: shop.example
                Forwarded: for=10.0.0.1
                X-Forwarded-For: 10.0.0.1
                X_FORWARDED_PROTO: https
                x-forwarded-anything: x
                X-Forward: kept

                """.replace("\n", "\r\n"), false, new Field("Forwarded", "for=192.0.2.1")));
    }

    @Test
    void asksForWebSocketWhereItMay() {
        assertEquals("""
                GET / HTTP/1.1
                Host: shop.example
                Sec-WebSocket-Version: 13
                Upgrade: websocket
                Connection: Upgrade

                """.replace("\n", "\r\n"), written("""
                GET / HTTP/1.1
                Host: shop.example
                Upgrade: websocket
                Connection: keep-alive, Upgrade
                Sec-WebSocket-Version: 13

                """.replace("\n", "\r\n"), true));
    }

    @ParameterizedTest
    @FieldSource("dev.usher.http.Heads#GOOD")
    void isReadAsTheSameRequest(String text) {
        RequestHead before = head(ByteBuffer.wrap(Heads.bytes(text)));
        RequestHead after = head(HeadWriter.write(before, List.of(), false));
        assertEquals(before.method(), after.method());
        assertEquals(before.path(), after.path());
        assertEquals(before.minorVersion(), after.minorVersion());
        assertEquals(String.valueOf(before.host()), String.valueOf(after.host()));
        assertEquals(before.body(), after.body());
        assertEquals("close", after.all("Connection"));
    }
}

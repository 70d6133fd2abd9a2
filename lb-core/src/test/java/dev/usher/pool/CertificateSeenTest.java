package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateSeenTest {
    @ParameterizedTest
    @CsvSource({
        "www.example.com,   www.example.com,    true",
        "www.example.com,   example.com,        false",
        "www.example.com,   a.www.example.com,  false",
        "*.example.com,     www.example.com,    true",
        "*.example.com,     example.com,        false",
        "*.example.com,     a.www.example.com,  false",
        "*.example.com,     www.example.org,    false",
        "*.example.com,     wwwexample.com,     false",
        "*.example.com,     .example.com,       false",
        "*.com,             example.com,        true",
        "*,                 example,            false",
        "w*.example.com,    www.example.com,    false",
        "www.*.com,         www.example.com,    false",
    })
    void aWildcardIsOneLabel(String own, String name, boolean covered) {
        CertificateSeen seen = new CertificateSeen(
                List.of("other.example.net", own), "CN=x", "CN=y", "1", Instant.EPOCH, Instant.EPOCH, 1, null);
        assertEquals(covered, seen.covers(name));
    }
}

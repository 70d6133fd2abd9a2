package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fault table has the words for each fault. */
class UnixPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix:/run/a.sock",
                "unix:/a",
                "unix:/run/..a/b..c/.d",
                "unix:/run/ä b",
                "unix:@a",
                "unix:@/a/b.c"
            })
    void readsBackAsItIsWritten(String text) {
        assertEquals(new UnixPath(text.substring(5)), Address.parse(text));
        assertEquals(new UnixPath(text.substring(5)), Address.parseBind(text));
        assertEquals(text, Address.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix:",
                "unix:/",
                "unix:a",
                "unix:/a/",
                "unix:/a/./b",
                "unix:/a/..",
                "unix:/a\nb",
                "unix@a",
                "unix:/run/{name}.sock"
            })
    void refusesWhatIsNoAbsolutePathOfAFile(String text) {
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    }

    /** The kernel counts bytes, not characters. */
    @Test
    void takesAsManyBytesAsTheKernel() {
        assertEquals(107, new UnixPath("/" + "a".repeat(106)).path().length());
        assertThrows(IllegalArgumentException.class, () -> new UnixPath("/" + "a".repeat(107)));
        assertEquals(108, new UnixPath("@" + "a".repeat(107)).path().length(), "no zero behind an abstract name");
        assertThrows(IllegalArgumentException.class, () -> new UnixPath("@" + "a".repeat(108)));
        assertThrows(IllegalArgumentException.class, () -> new UnixPath("/" + "ä".repeat(54)));
    }

    @Test
    void clashesWithItselfAlone() {
        Address file = Address.parse("unix:/run/a.sock");
        assertTrue(file.clashesWith(new UnixPath("/run/a.sock")));
        assertFalse(file.clashesWith(new UnixPath("/run/b.sock")));
        assertFalse(file.clashesWith(new HostPort("", 443)));
        assertFalse(new HostPort("", 443).clashesWith(file));
    }

    @Test
    void hasNoCopyAtAPort() {
        PoolConfig pool = PoolConfig.of("web", List.of(BackendConfig.of(new UnixPath("/run/a.sock"))));
        String fault = String.valueOf(assertThrows(IllegalArgumentException.class, () -> pool.at("web:80", 80))
                .getMessage());
        assertTrue(fault.contains("unix:/run/a.sock has no port 80"), fault);
    }
}

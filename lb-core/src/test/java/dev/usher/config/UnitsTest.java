package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "250ms,250,250ms",
        "1500ms,1500,1500ms",
        "5s,5000,5s",
        "90s,90000,90s",
        "10m,600000,10m",
        "60m,3600000,1h",
        "90m,5400000,90m",
        "2h,7200000,2h",
        "36h,129600000,36h",
        "21d,1814400000,21d",
        "0s,0,0s"
    })
    void readsAndWritesDurations(String text, long millis, String shown) {
        assertEquals(Duration.ofMillis(millis), Units.duration(text));
        assertEquals(shown, Units.text(Units.duration(text)));
    }

    @ParameterizedTest
    @CsvSource({
        "512B,512,512B",
        "1000B,1000,1000B",
        "64KiB,65536,64KiB",
        "1024KiB,1048576,1MiB",
        "3MiB,3145728,3MiB",
        "2GiB,2147483648,2GiB",
        "0B,0,0B"
    })
    void readsAndWritesSizes(String text, long bytes, String shown) {
        assertEquals(bytes, Units.bytes(text));
        assertEquals(shown, Units.sizeText(bytes));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5      | write 5s
            1.5s   | not a whole number
            -5s    | is negative
            5sec   | unknown unit "sec"
            5S     | unknown unit "S"
            1h30m  | is not a duration
            soon   | is not a duration
            999999999999999d | too long
            """)
    void saysWhatToWriteInstead(String text, String fault) {
        Refusal.assertRefused(fault, () -> Units.duration(text));
    }

    @Test
    void countsThings() {
        assertEquals("1 day", Units.counted(1, "day"));
        assertEquals("0 days", Units.counted(0, "day"));
        assertEquals("2 days", Units.counted(2, "day"));
    }

    /** A day and two minutes ago are no two days ago. */
    @ParameterizedTest
    @CsvSource({
        "-86520, 24 hours",
        "86520, 24 hours",
        "172799, 47 hours",
        "172800, 2 days",
        "-259199, 2 days",
        "3600, 1 hour",
        "119, 1 minute",
        "59, 59 seconds",
        "0, 0 seconds"
    })
    void saysATimeInWholeUnitsTowardsZero(long seconds, String text) {
        assertEquals(text, Units.span(Duration.ofSeconds(seconds)));
    }

    @Test
    void refusesSizesAndSharesWithoutTheirUnit() {
        assertThrows(IllegalArgumentException.class, () -> Units.bytes("65536"));
        assertThrows(IllegalArgumentException.class, () -> Units.bytes("64KB"));
        assertThrows(IllegalArgumentException.class, () -> Units.bytes("1.5KiB"));
        assertThrows(IllegalArgumentException.class, () -> Units.bytes("-1KiB"));
        assertThrows(IllegalArgumentException.class, () -> Units.percent("5s"));
        assertThrows(IllegalArgumentException.class, () -> Units.percent("0.5%"));
        assertThrows(IllegalArgumentException.class, () -> Units.bytes("999999999999999GiB"));
        assertThrows(IllegalArgumentException.class, () -> Units.percent("0.5"));
        assertThrows(IllegalArgumentException.class, () -> Units.percent("101%"));
        assertEquals(100, Units.percent("100%"));
    }
}

package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.TestAdmin.Answer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies that mean something else than what they say are refused, in words for who has sent them. */
class BodyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"weight\": 2.7}                              | weight must be a whole number",
                "{\"weight\": \"3\"}                            | weight must be a whole number",
                "{\"weight\": true}                             | weight must be a whole number",
                "{\"weight\": 99999999999}                      | number",
                "{\"weight\": 1, \"weight\": 2}                 | a key comes twice, at line 1",
                "{\"admin_state\": 3}                           | admin_state must be ready, drain or disabled",
                "{\"admin_state\": \"drain\", \"close_after_seconds\": \"5\"} | close_after_seconds must be a number",
                "{\"wieght\": 2}                                | there is no key \\\"wieght\\\"; there are admin_state, close_after_seconds, force, weight",
                "{\"weight\": 2} {}                             | nothing after it",
                "[]                                             | must be a JSON object",
                "{\"weight\": 2                                 | it is not JSON, at line 1",
                "weight=2                                       | it is not JSON, at line 1",
            })
    void aBodyThatIsNotMeantSoIsRefused(String body, @Nullable String why) throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Answer answer = admin.send("PATCH " + TestAdmin.backendPath(), body, "Content-Type: application/json");

            assertEquals(400, answer.status(), answer::toString);
            assertTrue(answer.says(why == null ? "" : why), answer::toString);
            assertFalse(
                    answer.body().matches("(?s).*(java|jackson|dev\\.usher|Change|Integer|Double).*"),
                    answer::toString);
        }
    }
}

package dev.usher.admin.api;

import dev.usher.admin.http.ProblemException;
import java.io.IOException;

/** Answers one question. Runs on one of a few threads: may take milliseconds, must not wait for others. */
@FunctionalInterface
public interface Operation {
    /**
     * The answer, a record that is written as JSON.
     *
     * @throws IOException if the load balancer does not answer in time; the message names the part at fault
     */
    Object answer(Question question) throws ProblemException, IOException;
}

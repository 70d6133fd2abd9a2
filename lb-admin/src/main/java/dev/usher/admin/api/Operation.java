package dev.usher.admin.api;

import dev.usher.admin.http.ProblemException;
import java.io.IOException;

/** Makes the answer to one question. On one of the few threads that answer: it may take milliseconds, and waits for nobody. */
@FunctionalInterface
public interface Operation {
    /**
     * The answer, a record to be written as JSON.
     *
     * @throws IOException if the load balancer does not answer in time; the message says which part of it
     */
    Object answer(Question question) throws ProblemException, IOException;
}

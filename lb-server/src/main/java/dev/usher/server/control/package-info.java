/** Control socket for the commands of this machine: client, server and protocol. */
@NullMarked
package dev.usher.server.control;

import org.jspecify.annotations.NullMarked;

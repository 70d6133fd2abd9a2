/** How the commands of this machine speak to a running usher: a socket in its run directory, and what is said there. */
@NullMarked
package dev.usher.server.control;

import org.jspecify.annotations.NullMarked;

/** Sockets by descriptor: given by the service manager, or passed from process to process. Linux alone. */
@NullMarked
package dev.usher.descriptor;

import org.jspecify.annotations.NullMarked;

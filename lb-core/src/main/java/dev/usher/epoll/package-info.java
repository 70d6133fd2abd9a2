/**
 * Selectors and TCP and unix sockets of Linux without the JDK's: a {@link java.nio.channels.spi.SelectorProvider} over epoll. A
 * connection takes a third fewer system calls. Code above uses {@code java.nio.channels}, and does not know which provider
 * is there.
 */
@NullMarked
package dev.usher.epoll;

import org.jspecify.annotations.NullMarked;

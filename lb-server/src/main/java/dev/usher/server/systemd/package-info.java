/** The service manager: told by datagrams when usher serves, reloads, lives and ends. Nothing here runs without systemd. */
@NullMarked
package dev.usher.server.systemd;

import org.jspecify.annotations.NullMarked;

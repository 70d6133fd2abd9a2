/** What tests of every module share: a clock to turn by hand, waiting with a limit, both ends of a connection. */
@org.jspecify.annotations.NullMarked
package dev.usher.testing;

/** Users of forward proxies: names and passwords, checked off the workers, with few failures for each address. */
@org.jspecify.annotations.NullMarked
package dev.usher.login;

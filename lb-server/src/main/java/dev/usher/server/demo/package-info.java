/** {@code usher demo}: domains, certificates and backends for the lifetime of the demo. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.demo;

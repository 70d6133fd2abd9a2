/** {@code usher demo}: domains, certificates and backends, made for as long as it runs. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.demo;

/**
 * Traefik's configuration: YAML or TOML, static and dynamic, and labels in compose files in a single tree of keys; TCP
 * routers with passthrough can become usher's.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert.traefik;

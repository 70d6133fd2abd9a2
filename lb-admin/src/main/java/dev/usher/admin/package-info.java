/** The admin side: API, metrics, dashboard. Sees the load balancer and its snapshots, never a worker or a session. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin;

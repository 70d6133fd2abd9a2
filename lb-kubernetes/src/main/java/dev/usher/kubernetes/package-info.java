/** Routes from the Gateway API of Kubernetes, and from Ingresses: what its objects mean, as pure functions, and the way to them. */
@NullMarked
package dev.usher.kubernetes;

import org.jspecify.annotations.NullMarked;

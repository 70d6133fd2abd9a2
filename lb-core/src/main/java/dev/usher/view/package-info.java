/**
 * Views of a running usher for people: records that were true when made, and do not change. Made by
 * {@code LoadBalancer} and by the workers; no decision depends on a view.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.view;

/**
 * What people are shown of a running usher: records that were true at the moment in which they were made, and do not
 * change. Made by the door and by the workers; nothing decides by them.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.view;

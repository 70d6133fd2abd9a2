/** The life of pools off the data path: built, resolved, probed, and looked after as time passes. */
@org.jspecify.annotations.NullMarked
package dev.usher.upkeep;

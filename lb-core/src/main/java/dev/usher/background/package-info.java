/** Work in the background, with no caller to notice a failure: each task says whether its work goes on. */
@org.jspecify.annotations.NullMarked
package dev.usher.background;

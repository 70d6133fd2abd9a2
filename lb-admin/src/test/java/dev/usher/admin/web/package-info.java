@org.jspecify.annotations.NullMarked
package dev.usher.admin.web;

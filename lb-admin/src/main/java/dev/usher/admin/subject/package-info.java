/** The subject of the admin side: the balancer, the files of its configuration, the program. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.subject;

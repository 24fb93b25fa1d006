/**
 * The whole platform on one machine: broker, database and services, started, supervised and stopped
 * together.
 */
@NullMarked
package dev.connectome.platform;

import org.jspecify.annotations.NullMarked;

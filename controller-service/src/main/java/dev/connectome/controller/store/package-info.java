/** Runs, attempts, series, decisions, stop commands and events in PostgreSQL. */
@NullMarked
package dev.connectome.controller.store;

import org.jspecify.annotations.NullMarked;

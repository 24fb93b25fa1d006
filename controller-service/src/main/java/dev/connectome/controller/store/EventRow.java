package dev.connectome.controller.store;

import java.time.Instant;

/**
 * A row of the table of events.
 *
 * @param position orders the run's events and signatures
 * @param state the run's state after the event
 */
public record EventRow(
    long position,
    Instant eventTime,
    String kind,
    String actor,
    String message,
    String state,
    int attempt) {}

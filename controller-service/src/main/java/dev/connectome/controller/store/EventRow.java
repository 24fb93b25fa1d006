package dev.connectome.controller.store;

import java.time.Instant;

/**
 * An event as it is stored.
 *
 * @param position its place among the run's events and signatures
 * @param eventTime when it was stored
 * @param kind what it was
 * @param actor who caused it
 * @param message the same for people
 * @param state the run's state after it
 * @param attempt the attempt it concerns
 */
public record EventRow(
    long position,
    Instant eventTime,
    String kind,
    String actor,
    String message,
    String state,
    int attempt) {}

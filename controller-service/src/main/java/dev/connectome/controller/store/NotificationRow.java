package dev.connectome.controller.store;

import dev.connectome.controller.run.Notice;

/**
 * Something that others are to be told.
 *
 * @param id of runs, in the order in which it happened to each
 * @param orderKey the uid of the run; others are a key of their own
 * @param subject what it is about, as {@code runs/a}
 * @param event what happened; its state is empty where it is about no run
 */
public record NotificationRow(
    long id, String orderKey, Notice notice, String subject, EventRow event) {}

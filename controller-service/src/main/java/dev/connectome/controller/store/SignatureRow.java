package dev.connectome.controller.store;

/**
 * A row of the table of signatures.
 *
 * @param position orders the run's events and signatures
 * @param late whether a later point was evaluated before it
 * @param record as received
 */
@SuppressWarnings("ArrayRecordComponent")
public record SignatureRow(long position, int attempt, int epoch, boolean late, byte[] record) {}

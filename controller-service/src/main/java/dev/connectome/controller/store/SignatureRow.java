package dev.connectome.controller.store;

/**
 * A signature record as it is stored.
 *
 * @param position its place among the run's events and signatures
 * @param attempt the attempt
 * @param epoch the epoch
 * @param late whether a later point was judged before it
 * @param record the record as it came
 */
@SuppressWarnings("ArrayRecordComponent")
public record SignatureRow(long position, int attempt, int epoch, boolean late, byte[] record) {}

package dev.connectome.signature.compute;

import dev.connectome.topology.SignatureLevels;
import java.time.Duration;
import java.util.Optional;

/**
 * The published signature of a snapshot.
 *
 * @param neurons P
 * @param samples N
 * @param birthCount the size of the birth set
 * @param deathCount the size of the death set
 * @param births levels of the birth set
 * @param deaths levels of the death set
 * @param fromPrevious the comparison with the latest earlier snapshot; empty for the first
 * @param fromFirst the comparison with the first snapshot; empty for the first itself
 * @param sampleSignals the signals of the sample graph
 * @param computeTime how long the computation took
 */
public record SnapshotSignature(
    int neurons,
    int samples,
    long birthCount,
    long deathCount,
    SignatureLevels births,
    SignatureLevels deaths,
    Optional<Comparison> fromPrevious,
    Optional<Comparison> fromFirst,
    SampleSignals sampleSignals,
    Duration computeTime) {}

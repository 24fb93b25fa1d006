package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * Computes signatures, each on the thread that asks for it. Safe for use by several threads at
 * once; keeps one workspace for each that computes at the same time.
 */
public final class SignatureEngine {

  private final LongSupplier nanoTime;
  private final Queue<SignatureWorkspace> idle = new ConcurrentLinkedQueue<>();

  /**
   * Makes an engine.
   *
   * @param nanoTime a clock for measuring elapsed time, in nanoseconds
   */
  public SignatureEngine(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Computes what is published of a snapshot.
   *
   * @param activations the snapshot; left as it is
   * @param previous the latest earlier snapshot of the attempt that has a signature
   * @param first the first snapshot of the attempt that has a signature, if it is an earlier one
   * @return its signature, or why it has none
   */
  public Computation compute(
      ActivationMatrix activations,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first) {
    long start = nanoTime.getAsLong();
    FunctionalConnectome connectome;
    try {
      connectome = correlate(activations);
    } catch (NonFiniteActivationException e) {
      return new Computation.NonFinite(
          "neuron %d did not respond with a finite value to sample %d"
              .formatted(e.neuron(), e.sample()));
    }
    TopologicalSignature sets = TopologicalSignature.of(connectome);
    Optional<Comparison> fromPrevious = previous.map(earlier -> compare(connectome, sets, earlier));
    Optional<Comparison> fromFirst =
        first.equals(previous)
            ? fromPrevious
            : first.map(earlier -> compare(connectome, sets, earlier));
    return new Computation.Signed(
        new SnapshotSignature(
            activations.neurons(),
            activations.samples(),
            sets.birthCount(),
            sets.deathCount(),
            sets.birthLevels(),
            sets.deathLevels(),
            fromPrevious,
            fromFirst,
            Duration.ofNanos(nanoTime.getAsLong() - start)),
        connectome);
  }

  /**
   * Loads the native libraries, which takes a second or two, ahead of the first snapshot.
   *
   * @throws LinkageError if they cannot be loaded
   */
  public void warmUp() {
    try (ActivationMatrix matrix = ActivationMatrix.of(2, 2, new float[] {0, 1, 1, 0})) {
      compute(matrix, Optional.empty(), Optional.empty());
    }
  }

  private FunctionalConnectome correlate(ActivationMatrix activations) {
    SignatureWorkspace borrowed = idle.poll();
    SignatureWorkspace workspace = borrowed == null ? new SignatureWorkspace() : borrowed;
    try {
      return PearsonCorrelation.connectome(activations, workspace);
    } finally {
      idle.add(workspace);
    }
  }

  private static Comparison compare(
      FunctionalConnectome connectome, TopologicalSignature sets, EarlierConnectome earlier) {
    boolean sameNeurons = connectome.neurons() == earlier.connectome().neurons();
    return new Comparison(
        earlier.epoch(),
        SignatureDistance.between(sets, TopologicalSignature.of(earlier.connectome())),
        sameNeurons
            ? OptionalDouble.of(ConnectomeDistance.between(connectome, earlier.connectome()))
            : OptionalDouble.empty());
  }
}

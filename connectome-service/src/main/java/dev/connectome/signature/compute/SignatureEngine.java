package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Computes signatures on the calling thread. Thread-safe; reuses the memory of as many computations
 * as have run at the same time.
 */
public final class SignatureEngine {

  private final LongSupplier nanoTime;
  private final Queue<ComputeBuffers> idle = new ConcurrentLinkedQueue<>();

  /** Measures compute times with the given clock, in nanoseconds. */
  public SignatureEngine(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Computes the signature of a snapshot.
   *
   * @param samples its rows (N)
   * @param neurons its columns (P)
   * @param activations fills every row of a matrix of that shape
   * @param previous the latest earlier snapshot of the attempt that has a signature
   * @param first the first snapshot of the attempt that has a signature, if it is an earlier one
   */
  public Computation compute(
      int samples,
      int neurons,
      Consumer<ActivationMatrix> activations,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first) {
    ComputeBuffers buffers = acquire();
    try {
      ActivationMatrix matrix = buffers.matrix(samples, neurons);
      activations.accept(matrix);
      return compute(matrix, previous, first, buffers.workspace());
    } catch (NonFiniteActivationException e) {
      return new Computation.NonFinite(
          "neuron %d did not respond with a finite value to sample %d"
              .formatted(e.neuron(), e.sample()));
    } finally {
      idle.add(buffers);
    }
  }

  /** Computes the birth and death sets of a stored connectome again. */
  public EarlierConnectome restore(int epoch, FunctionalConnectome connectome) {
    ComputeBuffers buffers = acquire();
    try {
      return new EarlierConnectome(
          epoch, connectome, TopologicalSignature.of(connectome, buffers.workspace()));
    } finally {
      idle.add(buffers);
    }
  }

  /**
   * Loads the native libraries, which takes a second or two, before the first snapshot arrives.
   *
   * @throws LinkageError if they cannot be loaded
   */
  public void warmUp() {
    ByteBuffer rows = ByteBuffer.allocate(4 * Float.BYTES);
    compute(2, 2, matrix -> matrix.putRows(0, 2, rows), Optional.empty(), Optional.empty());
  }

  private ComputeBuffers acquire() {
    ComputeBuffers buffers = idle.poll();
    return buffers == null ? new ComputeBuffers() : buffers;
  }

  private Computation compute(
      ActivationMatrix activations,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first,
      SignatureWorkspace workspace) {
    long start = nanoTime.getAsLong();
    FunctionalConnectome connectome = PearsonCorrelation.connectome(activations, workspace);
    TopologicalSignature sets = TopologicalSignature.of(connectome, workspace);
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
        connectome,
        sets);
  }

  private static Comparison compare(
      FunctionalConnectome connectome, TopologicalSignature sets, EarlierConnectome earlier) {
    boolean sameNeurons = connectome.neurons() == earlier.connectome().neurons();
    return new Comparison(
        earlier.epoch(),
        SignatureDistance.between(sets, earlier.sets()),
        sameNeurons
            ? OptionalDouble.of(ConnectomeDistance.between(connectome, earlier.connectome()))
            : OptionalDouble.empty());
  }
}

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
 * Computes signatures, each on the thread that asks for it. Safe for use by several threads at
 * once; keeps the memory of one computation for each that computes at the same time.
 */
public final class SignatureEngine {

  private final LongSupplier nanoTime;
  private final Queue<ComputeBuffers> idle = new ConcurrentLinkedQueue<>();

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
   * @param samples its rows
   * @param neurons its columns
   * @param activations puts every row into a matrix of that shape
   * @param previous the latest earlier snapshot of the attempt that has a signature
   * @param first the first snapshot of the attempt that has a signature, if it is an earlier one
   * @return its signature, or why it has none
   */
  public Computation compute(
      int samples,
      int neurons,
      Consumer<ActivationMatrix> activations,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first) {
    ComputeBuffers desk = borrow();
    try {
      ActivationMatrix matrix = desk.matrix(samples, neurons);
      activations.accept(matrix);
      return compute(matrix, previous, first, desk.workspace());
    } catch (NonFiniteActivationException e) {
      return new Computation.NonFinite(
          "neuron %d did not respond with a finite value to sample %d"
              .formatted(e.neuron(), e.sample()));
    } finally {
      idle.add(desk);
    }
  }

  /**
   * Computes the sets of a connectome that was kept.
   *
   * @param epoch the epoch of its snapshot
   * @param connectome the connectome
   * @return both, to be compared with
   */
  public EarlierConnectome recall(int epoch, FunctionalConnectome connectome) {
    ComputeBuffers desk = borrow();
    try {
      return new EarlierConnectome(
          epoch, connectome, TopologicalSignature.of(connectome, desk.workspace()));
    } finally {
      idle.add(desk);
    }
  }

  /**
   * Loads the native libraries, which takes a second or two, ahead of the first snapshot.
   *
   * @throws LinkageError if they cannot be loaded
   */
  public void warmUp() {
    ByteBuffer rows = ByteBuffer.allocate(4 * Float.BYTES);
    compute(2, 2, matrix -> matrix.putRows(0, 2, rows), Optional.empty(), Optional.empty());
  }

  private ComputeBuffers borrow() {
    ComputeBuffers desk = idle.poll();
    return desk == null ? new ComputeBuffers() : desk;
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

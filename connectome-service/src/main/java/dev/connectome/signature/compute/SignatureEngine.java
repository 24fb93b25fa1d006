package dev.connectome.signature.compute;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.PredictedClasses;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.LongSupplier;

/**
 * Computes signatures on the calling thread. Thread-safe; reuses the memory of as many computations
 * as have run at the same time.
 */
public final class SignatureEngine {

  /** What a large snapshot needed outside the heap is given back to the operating system. */
  private static final long MAX_IDLE_BYTES = 32 << 20;

  private final MemoryBudget memory;
  private final LongSupplier nanoTime;

  /** The most recently used first, so that those left over from a peak stay as they are. */
  private final Deque<ComputeBuffers> idle = new ConcurrentLinkedDeque<>();

  /**
   * Computes in the given memory and measures compute times with the given clock, in nanoseconds.
   */
  public SignatureEngine(MemoryBudget memory, LongSupplier nanoTime) {
    this.memory = memory;
    this.nanoTime = nanoTime;
  }

  /**
   * Computes the signature of a snapshot.
   *
   * @param previous the latest earlier snapshot of the attempt that has a signature
   * @param first the first snapshot of the attempt that has a signature, if it is an earlier one
   */
  public Computation compute(
      CompleteSnapshot snapshot,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first) {
    ComputeBuffers buffers = acquire();
    try {
      return compute(snapshot, previous, first, buffers);
    } catch (NonFiniteActivationException e) {
      return new Computation.NonFinite(
          "neuron %d did not respond with a finite value to sample %d"
              .formatted(e.neuron(), e.sample()));
    } finally {
      release(buffers, MemoryBudget.nativeWithSampleGraph(snapshot.samples(), snapshot.neurons()));
    }
  }

  /** Whether there is memory to restore a connectome of so many neurons. */
  public boolean canRestore(int neurons) {
    return memory.refusal(1, neurons).isEmpty();
  }

  /** Computes the birth and death sets of a stored connectome again. */
  public EarlierConnectome restore(
      int epoch, FunctionalConnectome connectome, Optional<NeighbourTable> neighbours) {
    ComputeBuffers buffers = acquire();
    try {
      return new EarlierConnectome(
          epoch, connectome, TopologicalSignature.of(connectome, buffers.workspace()), neighbours);
    } finally {
      release(buffers, MemoryBudget.nativeFor(0, connectome.neurons()));
    }
  }

  /**
   * Loads the native libraries, which takes a second or two, before the first snapshot arrives.
   *
   * @throws LinkageError if they cannot be loaded
   */
  public void warmUp() {
    ByteBuffer rows = ByteBuffer.allocate(4 * Float.BYTES);
    var snapshot =
        new CompleteSnapshot(
            2,
            2,
            2,
            matrix -> {
              matrix.putRows(0, 2, rows);
              return Optional.empty();
            });
    compute(snapshot, Optional.empty(), Optional.empty());
  }

  private ComputeBuffers acquire() {
    ComputeBuffers buffers = idle.poll();
    return buffers == null ? new ComputeBuffers() : buffers;
  }

  private void release(ComputeBuffers buffers, long usedBytes) {
    if (usedBytes > MAX_IDLE_BYTES) {
      buffers.free();
    }
    idle.push(buffers);
  }

  private Computation compute(
      CompleteSnapshot snapshot,
      Optional<EarlierConnectome> previous,
      Optional<EarlierConnectome> first,
      ComputeBuffers buffers) {
    ActivationMatrix activations = buffers.matrix(snapshot.samples(), snapshot.neurons());
    Optional<PredictedClasses> classes = snapshot.rows().readInto(activations);
    SignatureWorkspace workspace = buffers.workspace();
    long start = nanoTime.getAsLong();
    // First, so that its memory is free again when the connectome needs it.
    SampleComparison inputs =
        isComparable(snapshot)
            ? SampleComparison.of(
                activations,
                snapshot.lastLayer(),
                classes,
                previous.flatMap(EarlierConnectome::neighbours),
                workspace)
            : SampleComparison.NONE;
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
            inputs.signals(),
            Duration.ofNanos(nanoTime.getAsLong() - start)),
        connectome,
        sets,
        inputs.neighbours());
  }

  private boolean isComparable(CompleteSnapshot snapshot) {
    return SampleComparison.isPossible(snapshot.samples())
        && memory.fitsSampleGraph(snapshot.samples(), snapshot.neurons(), snapshot.lastLayer());
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

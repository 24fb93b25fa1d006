package dev.connectome.signature.compute;

import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * The memory that a stream thread may use for one snapshot. Whether a snapshot fits is decided from
 * its shape, before anything is allocated for it: an {@link OutOfMemoryError} would end the
 * process, and Kafka would deliver the same record again after every restart.
 *
 * @param heapBytes heap for the connectomes and their birth and death sets
 * @param nativeBytes memory outside the heap for the activations and their products
 */
public record MemoryBudget(long heapBytes, long nativeBytes) {

  private static final long MIB = 1L << 20;

  /** Heap for everything else: classes of Quarkus and Kafka, records in flight, gRPC calls. */
  private static final long OTHER_HEAP = 96 * MIB;

  /** Memory outside the heap for everything else: code, stacks, libraries, buffers of sockets. */
  private static final long OTHER_NATIVE = 320 * MIB;

  /** JavaCPP refuses to allocate when the process is larger than this multiple of the heap. */
  private static final int JAVACPP_HEAPS = 4;

  /**
   * Divides the memory of this process among the stream threads, at least a quarter of the heap and
   * an eighth of all memory.
   *
   * @param threads the number of stream threads
   * @param cacheBytes heap reserved for cached connectomes
   * @param storeBytes memory outside the heap reserved for state stores
   */
  public static MemoryBudget ofProcess(int threads, long cacheBytes, long storeBytes) {
    return divide(
        Runtime.getRuntime().maxMemory(), physicalMemory(), threads, cacheBytes, storeBytes);
  }

  static MemoryBudget divide(
      long maxHeap, long physical, int threads, long cacheBytes, long storeBytes) {
    long process = Math.min(physical, JAVACPP_HEAPS * maxHeap);
    return new MemoryBudget(
        Math.max(maxHeap / 4, maxHeap - OTHER_HEAP - cacheBytes) / threads,
        Math.max(process / 8, process - maxHeap - OTHER_NATIVE - storeBytes) / threads);
  }

  /**
   * Says why a snapshot does not fit, and the remedy; empty if it fits.
   *
   * @param samples its rows (N)
   * @param neurons its columns (P)
   */
  public Optional<String> refusal(int samples, int neurons) {
    long heap = heapFor(neurons);
    if (heap > heapBytes) {
      return Optional.of(
          ("a snapshot of %d neurons needs %d MiB of heap; this service has %d MiB for one, enough"
                  + " for %d neurons. Probe fewer neurons or give the service a larger heap")
              .formatted(neurons, roundedUp(heap), heapBytes / MIB, maxNeurons()));
    }
    long outside = nativeFor(samples, neurons);
    if (outside > nativeBytes) {
      return Optional.of(
          ("a snapshot of %d samples of %d neurons needs %d MiB outside the heap; this service has"
                  + " %d MiB for one. Probe fewer samples or neurons or give the service more"
                  + " memory")
              .formatted(samples, neurons, roundedUp(outside), nativeBytes / MIB));
    }
    return Optional.empty();
  }

  /**
   * Whether the sample graph of an admitted snapshot fits too; if not, the snapshot gets its
   * signature without the signals of that graph.
   *
   * @param samples its rows (N)
   * @param neurons its columns (P)
   * @param width how many of the columns the graph is made of
   */
  public boolean fitsSampleGraph(int samples, int neurons, int width) {
    long earlier = 4L * Float.BYTES * neurons * (neurons - 1L) / 2;
    return earlier + sampleGraphHeap(samples, width) <= heapBytes
        && nativeWithSampleGraph(samples, neurons) <= nativeBytes;
  }

  /** The largest P whose snapshots fit into the heap. */
  public int maxNeurons() {
    int neurons = (int) Math.min(Integer.MAX_VALUE, (long) Math.sqrt(heapBytes / 14.0) + 2);
    while (heapFor(neurons) > heapBytes) {
      neurons--;
    }
    return neurons;
  }

  /**
   * Seven arrays of P(P-1)/2 float32: the connectomes of the snapshot, the previous and the first
   * one, the sets of each, and a copy while one connectome is read or written.
   */
  private static long heapFor(int neurons) {
    return 7L * Float.BYTES * neurons * (neurons - 1L) / 2;
  }

  /** The activations, the same centred, and the product of all columns. */
  static long nativeFor(int samples, int neurons) {
    return Float.BYTES * (2L * samples * neurons + (long) neurons * neurons);
  }

  /** The same with the products of all rows, which take the place of those of the columns. */
  static long nativeWithSampleGraph(int samples, int neurons) {
    return nativeFor(samples, neurons)
        + Math.max(0, Float.BYTES * ((long) samples * samples - (long) neurons * neurons));
  }

  /**
   * The distances of all pairs of rows; where many are equal, lists of up to N candidates for each
   * row, in arrays up to twice as long; the columns as they are and centred; 256 bytes for each row
   * to find equal ones. Nothing of it is left when the connectome is computed.
   */
  private static long sampleGraphHeap(int samples, int width) {
    long pairs = (long) samples * samples;
    return pairs * (Float.BYTES / 2 + 2 * Integer.BYTES)
        + 2L * Float.BYTES * samples * width
        + 256L * samples;
  }

  private static long roundedUp(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }

  private static long physicalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}

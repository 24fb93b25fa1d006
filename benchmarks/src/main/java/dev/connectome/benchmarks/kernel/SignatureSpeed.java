package dev.connectome.benchmarks.kernel;

import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import com.sun.management.ThreadMXBean;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * Compares a whole signature, from activations to the distance from the previous snapshot, with two
 * baselines: the bare matrix product {@code cblas_ssyrk}, in the same process and in alternating
 * rounds, and the published pipeline on NumPy and SciPy, if Python has them. One thread each;
 * medians of the rounds.
 */
final class SignatureSpeed {

  private record Shape(int samples, int neurons, int rounds) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(1000, 192, 301),
          new Shape(1000, 384, 201),
          new Shape(2000, 1024, 51),
          new Shape(2000, 4096, 9));

  private final PrintWriter out;
  private final Path publishedPipeline;

  /** Prints to {@code out}; the script {@code publishedPipeline} measures NumPy and SciPy. */
  SignatureSpeed(PrintWriter out, Path publishedPipeline) {
    this.out = out;
    this.publishedPipeline = publishedPipeline;
  }

  /** Measures and prints a table. */
  void measure() throws Exception {
    out.printf(
        "%d processors, Java %s, %s%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("os.arch"));
    out.printf(
        "%-11s %10s %10s %8s %12s %8s %12s %12s%n",
        "N x P",
        "ssyrk ms",
        "whole ms",
        "ratio",
        "published",
        "faster",
        "two threads",
        "heap bytes");
    for (Shape shape : SHAPES) {
      print(shape, PublishedPipeline.medianMillis(publishedPipeline, shape.samples, shape.neurons));
    }
  }

  private void print(Shape shape, @Nullable Double publishedMillis) throws Exception {
    try (Bench bench = new Bench(shape)) {
      for (int round = 0; round < shape.rounds / 2 + 2; round++) {
        bench.product();
        bench.wholeSignature();
      }
      var product = new double[shape.rounds];
      var whole = new double[shape.rounds];
      var ratio = new double[shape.rounds];
      for (int round = 0; round < shape.rounds; round++) {
        product[round] = millis(bench::product);
        whole[round] = millis(bench::wholeSignature);
        ratio[round] = whole[round] / product[round];
      }
      out.printf(
          "%-11s %10.2f %10.2f %7.2fx %12s %8s %11.2fx %12d%n",
          shape.samples + "x" + shape.neurons,
          median(product),
          median(whole),
          median(ratio),
          publishedMillis == null ? "no Python" : "%.2f ms".formatted(publishedMillis),
          publishedMillis == null ? "" : "%.1fx".formatted(publishedMillis / median(whole)),
          throughputOfTwoThreads(shape, bench),
          bench.heapBytes());
      out.flush();
    }
  }

  /** Throughput of two threads as a multiple of that of one. */
  private static double throughputOfTwoThreads(Shape shape, Bench one) throws Exception {
    int each = Math.max(3, shape.rounds / 3);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Bench two = new Bench(shape)) {
      var ratios = new double[5];
      for (int round = 0; round < ratios.length; round++) {
        double alone = millis(() -> repeat(one, each));
        double together =
            millis(
                () -> {
                  List<Future<@Nullable Void>> work =
                      threads.invokeAll(List.of(task(one, each), task(two, each)));
                  for (Future<@Nullable Void> done : work) {
                    done.get();
                  }
                });
        ratios[round] = 2 * alone / together;
      }
      return median(ratios);
    } finally {
      threads.shutdown();
    }
  }

  private static Callable<@Nullable Void> task(Bench bench, int times) {
    return () -> {
      repeat(bench, times);
      return null;
    };
  }

  private static void repeat(Bench bench, int times) {
    IntStream.range(0, times).forEach(i -> bench.wholeSignature());
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double millis(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** What one thread works on. */
  private static final class Bench implements AutoCloseable {
    private final Shape shape;
    private final ActivationMatrix activations;
    private final SignatureWorkspace workspace = new SignatureWorkspace();
    private final FloatPointer input;
    private final FloatPointer output;
    private TopologicalSignature previous;
    private double distance;

    Bench(Shape shape) {
      this.shape = shape;
      float[] values = Snapshots.values(shape.samples, shape.neurons, 1);
      activations = ActivationMatrix.of(shape.samples, shape.neurons, values);
      input = new FloatPointer(values);
      output = new FloatPointer((long) shape.neurons * shape.neurons);
      try (ActivationMatrix earlier = Snapshots.random(shape.samples, shape.neurons, 2);
          FunctionalConnectome connectome = PearsonCorrelation.connectome(earlier, workspace)) {
        previous = TopologicalSignature.of(connectome, workspace);
      }
    }

    void product() {
      cblas_ssyrk(
          CblasRowMajor,
          CblasUpper,
          CblasTrans,
          shape.neurons,
          shape.samples,
          1f,
          input,
          shape.neurons,
          0f,
          output,
          shape.neurons);
    }

    void wholeSignature() {
      TopologicalSignature signature;
      try (FunctionalConnectome connectome =
          PearsonCorrelation.connectome(activations, workspace)) {
        signature = TopologicalSignature.of(connectome, workspace);
      }
      distance += SignatureDistance.between(signature, previous).topological();
      previous.close();
      previous = signature;
    }

    /** What a repeated signature allocates on the Java heap. */
    long heapBytes() {
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      wholeSignature();
      return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Override
    public void close() {
      if (!(distance >= 0)) {
        throw new IllegalStateException("the distances sum to " + distance);
      }
      previous.close();
      activations.close();
      workspace.close();
      input.close();
      output.close();
    }
  }
}

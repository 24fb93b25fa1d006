package dev.connectome.benchmarks.kernel;

import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The kernels that could multiply a snapshot with itself, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {

  /** Samples × neurons. */
  @Param({"1000x192", "1000x384", "2000x1024", "2000x4096"})
  public String shape = "1000x192";

  private int samples = 1000;
  private int neurons = 192;
  private INDArray input = Nd4j.empty();
  private INDArray output = Nd4j.empty();

  /** Makes the matrices. */
  @Setup(Level.Trial)
  public void setUp() {
    blas_set_num_threads(1);
    String[] sizes = shape.split("x", 2);
    samples = Integer.parseInt(sizes[0]);
    neurons = Integer.parseInt(sizes[1]);
    input =
        Nd4j.createFromArray(Snapshots.values(samples, neurons, 1)).reshape('c', samples, neurons);
    output = Nd4j.zeros(neurons, neurons);
  }

  /** OpenBLAS's product of a matrix with its own transpose, one triangle only. */
  @Benchmark
  public INDArray ssyrk() {
    cblas_ssyrk(
        CblasRowMajor,
        CblasUpper,
        CblasTrans,
        neurons,
        samples,
        1f,
        (FloatPointer) input.data().pointer(),
        neurons,
        0f,
        (FloatPointer) output.data().pointer(),
        neurons);
    return output;
  }

  /** ND4J's product of two matrices. */
  @Benchmark
  public INDArray mmul() {
    return input.transpose().mmuli(input, output);
  }
}

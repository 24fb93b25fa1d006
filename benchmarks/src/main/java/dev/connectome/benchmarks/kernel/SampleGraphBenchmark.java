package dev.connectome.benchmarks.kernel;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.SampleGraph;
import dev.connectome.topology.SampleTree;
import dev.connectome.topology.SignatureWorkspace;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The signals of the sample graph beside the bare product of its shape, in one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SampleGraphBenchmark {

  private static final int SAMPLES = 1000;

  /** The layer's neurons. */
  @Param({"64", "128", "512"})
  public int width = 64;

  private final SignatureWorkspace workspace = new SignatureWorkspace();
  private ActivationMatrix activations = ActivationMatrix.allocate(1, 2);
  private SampleGraph graph = SampleGraph.of(activations, 0, 2, workspace);
  private FloatPointer input = new FloatPointer();
  private FloatPointer product = new FloatPointer();

  /** Makes a snapshot whose neurons share three causes. */
  @Setup(Level.Trial)
  public void setUp() {
    float[] values = Snapshots.values(SAMPLES, width, 1);
    activations.close();
    activations = ActivationMatrix.of(SAMPLES, width, values);
    graph = SampleGraph.of(activations, 0, width, workspace);
    input = new FloatPointer(values);
    product = new FloatPointer((long) SAMPLES * SAMPLES);
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    activations.close();
    workspace.close();
    input.close();
    product.close();
  }

  /** The bare product of the inputs with each other. */
  @Benchmark
  public float product() {
    cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasTrans,
        SAMPLES,
        SAMPLES,
        width,
        1f,
        input,
        width,
        input,
        width,
        0f,
        product,
        SAMPLES);
    return product.get(1);
  }

  /** Distances alone. */
  @Benchmark
  public SampleGraph distances() {
    return SampleGraph.of(activations, 0, width, workspace);
  }

  /** Neighbours of a graph that is there. */
  @Benchmark
  public NeighbourTable neighbours() {
    return graph.neighbours(10);
  }

  /** The spanning tree of a graph that is there. */
  @Benchmark
  public SampleTree tree() {
    return graph.tree();
  }

  /** From activations to neighbours. */
  @Benchmark
  public NeighbourTable wholeNeighbours() {
    return SampleGraph.of(activations, 0, width, workspace).neighbours(10);
  }
}
